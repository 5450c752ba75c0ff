"""The places for ranks on this machine, found without torch: one per processor core, and one per CUDA device."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from worker.gpus import Gpu, installed

FEWEST_CPU_DEVICES = 2  # so that two ranks can be tried on any machine
VISIBLE = "CUDA_VISIBLE_DEVICES"
UUID, INSTANCE = "GPU-", "MIG-"  # beginnings of names in it that are no index


@dataclass(frozen=True)
class LocalDevice:
    """One device: the name that a rank gets, what people call it, its memory in bytes where it has its own, and for a
    GPU the identity by which its driver knows it."""

    name: str
    label: str
    memory: int | None = None
    uuid: str = ""


def discover() -> list[LocalDevice]:
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


def _cpu() -> list[LocalDevice]:
    return [LocalDevice(f"cpu:{number}", processor()) for number in range(max(FEWEST_CPU_DEVICES, cores()))]


def _cuda() -> list[LocalDevice]:
    gpus = installed() if _torch_knows_cuda() else []
    return visible_gpus(gpus, os.environ.get(VISIBLE)) if gpus else []


def visible_gpus(gpus: Sequence[Gpu], visible: str | None) -> list[LocalDevice]:
    """The machine's GPUs as CUDA shows them to a process: all, or those that ``visible`` names by index or by the
    beginning of their UUID, in its order and numbered anew. What it names otherwise than the first, or what is unknown,
    ends the list; one that is named twice empties it. Of instances of a divided GPU (MIG), which are not listed, CUDA
    shows the first.
    """
    entries = None if visible is None else [entry.strip() for entry in visible.split(",")]
    if entries and entries[0].startswith(INSTANCE):
        return [LocalDevice("cuda:0", entries[0])]
    selection = gpus if entries is None else _selection(gpus, entries)
    return [LocalDevice(f"cuda:{number}", gpu.name, gpu.memory, gpu.uuid) for number, gpu in enumerate(selection)]


def _selection(gpus: Sequence[Gpu], entries: list[str]) -> list[Gpu]:
    by_uuid = entries[0].startswith(UUID)
    selection: list[Gpu] = []
    for entry in entries:
        if entry.startswith(UUID) != by_uuid:
            break
        matches = [gpu for gpu in gpus if (gpu.uuid.startswith(entry) if by_uuid else str(gpu.index) == entry)]
        if len(matches) != 1:
            break
        if matches[0] in selection:
            return []
        selection += matches
    return selection


def _torch_knows_cuda() -> bool:
    """Whether the installed torch was built for CUDA; told by its files, for importing it takes seconds and memory."""
    torch = find_spec("torch")
    return (
        torch is not None and torch.origin is not None and (Path(torch.origin).parent / "lib/libtorch_cuda.so").exists()
    )
