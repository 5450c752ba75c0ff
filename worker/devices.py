"""The places for ranks on this machine, found without torch: one per processor core, and one per CUDA device."""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FEWEST_CPU_DEVICES = 2  # so that two ranks can be tried on any machine
QUERY = ("nvidia-smi", "--query-gpu=index,uuid,memory.total,name", "--format=csv,noheader,nounits")
VISIBLE = "CUDA_VISIBLE_DEVICES"
UUID, INSTANCE = "GPU-", "MIG-"  # beginnings of names in it that are no index
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Found:
    """One device: the name that a rank gets, what people call it, its memory in bytes where it has its own, and for a GPU the
    identity by which nvidia-smi knows it."""

    name: str
    label: str
    memory: int | None = None
    uuid: str = ""


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
    return gpus(answer, os.environ.get(VISIBLE))


def gpus(listed: str, visible: str | None) -> list[Found]:
    """The GPUs of nvidia-smi's answer as CUDA shows them to a process: all, or those that ``visible`` names by index or by the
    beginning of their UUID, in its order and numbered anew. What it names otherwise than the first, or what is unknown, ends the
    list; one that is named twice empties it. Of instances of a divided GPU (MIG), which are not listed, CUDA shows the first.
    """
    rows = [[part.strip() for part in line.split(",", 3)] for line in listed.splitlines() if line.strip()]
    entries = None if visible is None else [entry.strip() for entry in visible.split(",")]
    if entries and entries[0].startswith(INSTANCE):
        return [Found("cuda:0", entries[0])]
    chosen = rows if entries is None else _chosen(rows, entries)
    facts = [(name, int(memory) * MEBIBYTE if memory.isdigit() else None, uuid) for _index, uuid, memory, name in chosen]
    return [Found(f"cuda:{number}", *fact) for number, fact in enumerate(facts)]


def _chosen(rows: list[list[str]], entries: list[str]) -> list[list[str]]:
    by_uuid = entries[0].startswith(UUID)
    chosen: list[list[str]] = []
    for entry in entries:
        named = [row for row in rows if entry.startswith(UUID) == by_uuid and (row[1].startswith(entry) if by_uuid else row[0] == entry)]
        if len(named) != 1:
            break
        if named[0] in chosen:
            return []
        chosen += named
    return chosen


def _torch_knows_cuda() -> bool:
    """Whether the installed torch was built for CUDA; told by its files, for importing it takes seconds and memory."""
    found = find_spec("torch")
    return found is not None and found.origin is not None and (Path(found.origin).parent / "lib/libtorch_cuda.so").exists()
