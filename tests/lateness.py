"""How late this process was at something that takes no time: what other processes took of a machine that many share."""

import threading
import time
from types import TracebackType
from typing import Self

TICK = 0.005  # seconds


class Lateness:
    """Within it a thread sleeps a tick again and again; ``seconds`` is by how much longer that took, all in all."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            time.sleep(TICK)
            self.seconds += max(0.0, time.monotonic() - began - 2 * TICK)
