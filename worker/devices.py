"""The places for ranks on this machine, found without torch: one per processor core, and one per CUDA device."""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FEWEST_CPU_DEVICES = 2  # so that two ranks can be tried on any machine
QUERY = ("nvidia-smi", "--query-gpu=index,name,memory.total", "--format=csv,noheader,nounits")
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Found:
    """One device: the name that a rank gets, what people call it, and its memory in bytes where it has its own."""

    name: str
    label: str
    memory: int | None = None


def discover() -> list[Found]:
    """All devices of this machine."""
    return [*_cuda(), *_cpu()]


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def processor() -> str:
    """The processor's name as the kernel tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cpu() -> list[Found]:
    return [Found(f"cpu:{number}", processor()) for number in range(max(FEWEST_CPU_DEVICES, cores()))]


def _cuda() -> list[Found]:
    if shutil.which(QUERY[0]) is None or not _torch_knows_cuda():
        return []
    try:
        answer = subprocess.run(QUERY, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[part.strip() for part in line.split(",")] for line in answer.splitlines() if line.strip()]
    return [Found(f"cuda:{index}", name, int(memory) * MEBIBYTE if memory.isdigit() else None) for index, name, memory in rows]


def _torch_knows_cuda() -> bool:
    """Whether the installed torch was built for CUDA; told by its files, for importing it takes seconds and memory."""
    found = find_spec("torch")
    return found is not None and found.origin is not None and (Path(found.origin).parent / "lib/libtorch_cuda.so").exists()
