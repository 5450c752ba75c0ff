"""How busy this machine is, read once a second: processor, memory, and CUDA devices."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

GPU_STREAM = ("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-l", "1")


class Probes:
    """Reads the machine's counters; each reading covers the time since the one before."""

    def __init__(self, gpus: Sequence[str]) -> None:
        """``gpus`` are the UUIDs of those that this worker has."""
        self._before = _processor_times()
        self._gpu = _GpuStream(gpus) if gpus and shutil.which(GPU_STREAM[0]) else None

    def read(self) -> dict[str, float]:
        """``hardware/cpu`` and ``hardware/gpu`` in percent of the machine, ``hardware/memory`` in bytes in use."""
        now = _processor_times()
        busy, total = now[0] - self._before[0], now[1] - self._before[1]
        self._before = now
        values = {"hardware/cpu": 100.0 * busy / total if total else 0.0, "hardware/memory": float(_memory_in_use())}
        gpu = self._gpu.latest() if self._gpu else None
        return values if gpu is None else {**values, "hardware/gpu": gpu}

    def close(self) -> None:
        if self._gpu:
            self._gpu.close()


class _GpuStream:
    """One ``nvidia-smi`` that prints a line per device and second; starting one per reading would load the machine."""

    def __init__(self, gpus: Sequence[str]) -> None:
        self._process = subprocess.Popen([*GPU_STREAM, "-i", ",".join(gpus)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)

    def latest(self) -> float | None:
        """The mean over all devices of what was printed since the last call; None when nothing was."""
        try:
            text = os.read(self._output, 65536).decode(errors="replace")
        except BlockingIOError:
            return None
        numbers = [float(line) for line in text.split() if line.strip().isdigit()]
        return sum(numbers) / len(numbers) if numbers else None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _processor_times() -> tuple[int, int]:
    """Busy and total time of all processors since the machine's start, in ticks (proc(5))."""
    numbers = [int(part) for part in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = numbers[3] + numbers[4]
    return sum(numbers) - idle, sum(numbers)


def _memory_in_use() -> int:
    facts = {}
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, rest = line.partition(":")
        facts[name] = int(rest.split()[0])
    return (facts["MemTotal"] - facts["MemAvailable"]) * 1024
