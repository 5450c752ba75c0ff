"""How busy this machine is: processor, memory, and GPUs."""

from collections.abc import Sequence

import psutil

from worker.gpus import Utilization


class Probes:
    """Reads the machine's counters; each reading of the processor covers the time since the one before."""

    def __init__(self, gpus: Sequence[str]) -> None:
        """``gpus`` are the UUIDs of those that this worker has."""
        self._before = _processor_times()
        self._gpus = Utilization(gpus) if gpus else None

    def read(self) -> dict[str, float]:
        """``hardware/cpu`` and ``hardware/gpu`` in percent of the machine, ``hardware/memory`` in bytes in use.

        Raises OSError when no descriptor is left.
        """
        memory = psutil.virtual_memory()
        values = {"hardware/cpu": self._processor(), "hardware/memory": float(memory.total - memory.available)}
        gpu = self._gpus.percent() if self._gpus else None
        return values if gpu is None else {**values, "hardware/gpu": gpu}

    def _processor(self) -> float:
        now = _processor_times()
        busy, total = now[0] - self._before[0], now[1] - self._before[1]
        self._before = now
        return 100.0 * min(1.0, max(0.0, busy / total)) if total > 0 else 0.0

    def close(self) -> None:
        if self._gpus:
            self._gpus.close()


def _processor_times() -> tuple[float, float]:
    """Busy and total seconds of all processors since the machine's start.

    ``psutil.cpu_percent`` keeps such a pair for each thread, and is made and read by two here.
    """
    times = psutil.cpu_times()
    idle = times.idle + times.iowait
    total = sum(times) - times.guest - times.guest_nice  # these two are among the users' times as well
    return total - idle, total
