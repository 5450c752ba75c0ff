"""The GPUs of this machine as NVIDIA's driver tells of them (NVML); none where there is no driver."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pynvml
from pynvml import NVMLError


@dataclass(frozen=True)
class Gpu:
    """``index`` is its place by PCI address, as in nvidia-smi; ``memory`` in bytes, None where it
    shares the machine's.
    """

    index: int
    uuid: str
    name: str
    memory: int | None


def installed() -> list[Gpu]:
    """All GPUs in the order of their PCI addresses; none when the driver is missing, or fails at one of them."""
    try:
        pynvml.nvmlInit()
    except NVMLError:
        return []
    try:
        return [_gpu(index) for index in range(pynvml.nvmlDeviceGetCount())]
    except NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def _gpu(index: int) -> Gpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    return Gpu(index, pynvml.nvmlDeviceGetUUID(handle), pynvml.nvmlDeviceGetName(handle), _memory(handle))


def _memory(handle: Any) -> int | None:
    try:
        return int(pynvml.nvmlDeviceGetMemoryInfo(handle).total)
    except pynvml.NVMLError_NotSupported:
        return None


class Utilization:
    """How busy GPUs are. The driver stays loaded until ``close``: to load it for each reading may take seconds."""

    def __init__(self, uuids: Sequence[str]) -> None:
        self._handles: list[Any] = []
        with suppress(NVMLError):
            pynvml.nvmlInit()
            self._handles = [pynvml.nvmlDeviceGetHandleByUUID(uuid) for uuid in uuids]

    def percent(self) -> float | None:
        """The mean over the GPUs of how much of the last second or less they computed; None where
        none of them tells.
        """
        shares = [share for handle in self._handles if (share := _share(handle)) is not None]
        return sum(shares) / len(shares) if shares else None

    def close(self) -> None:
        with suppress(NVMLError):
            pynvml.nvmlShutdown()


def _share(handle: Any) -> float | None:
    try:
        return float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    except NVMLError:
        return None  # it was lost, or is divided into instances
