"""Errors at the agent's outermost loop: each is recorded, and one that comes again every second is
not told every second."""

import logging
import time

log = logging.getLogger(__name__)

AGAIN = 60.0  # seconds until the same error is told again


class Errors:
    """Remembers which error was told last, and when."""

    def __init__(self) -> None:
        self._last = ""
        self._due = 0.0
        self._silent = 0

    def report(self, error: Exception) -> None:
        """Write it into the log with its traceback, unless it was there lately."""
        text = f"{type(error).__name__}: {error}"
        if text == self._last and time.monotonic() < self._due:
            self._silent += 1
            return
        more = f" It came {self._silent} times more than it was told." if self._silent else ""
        log.error("The agent met an error and goes on.%s", more, exc_info=error)
        self._last, self._due, self._silent = text, time.monotonic() + AGAIN, 0
