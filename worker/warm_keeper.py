"""Keeps a warm process running, and what it reports until that could be taken in."""

import logging
import time
from collections import deque
from pathlib import Path

from django.db import InterfaceError, OperationalError

from worker.attempts import Attempts
from worker.warm import News, Warm, WarmGoneError

log = logging.getLogger(__name__)

WARM_AGAIN = 2.0  # seconds until one that could not be started, or has ended, is started again


class WarmKeeper:
    """``process`` is None from the end of one to the start of the next; ``news`` are those that wait to be taken in."""

    def __init__(self, log_file: Path, process: Warm | None = None) -> None:
        self.log_file = log_file
        self.process = process
        self.news: deque[News] = deque()
        self._was_lost = False
        self._due = 0.0

    def keep(self) -> None:
        """Start one where there is none."""
        if self.process is None and time.monotonic() >= self._due:
            self._due = time.monotonic() + WARM_AGAIN
            try:
                self.process = Warm(self.log_file)
            except OSError as error:
                log.warning("The warm process cannot be started, which is tried again: %s", error)

    def hear(self) -> None:
        """Receive what it reports; its end, too."""
        assert self.process is not None
        try:
            self.news += self.process.news()
        except WarmGoneError:
            log.error("The warm process has ended; see %s. It is started again.", self.log_file)
            self.process.close()
            self.process, self._was_lost = None, True

    def take_news(self, attempts: Attempts) -> bool:
        """Tell the attempts, one piece after another; whether this machine lacked a process for one of them.

        What cannot be taken while the database is away, or no descriptor is left to see what else of an attempt lives,
        is taken later, or an end were never known.
        """
        lacks_processes = False
        while self.news:
            try:
                attempts.note(self.news[0])
            except (OperationalError, InterfaceError, OSError):
                return lacks_processes
            lacks_processes |= self.news.popleft().lacks_processes
        if self._was_lost:
            attempts.lose_all()
            self._was_lost = False
        return lacks_processes

    def close(self) -> None:
        """End the process and everything that it forked."""
        if self.process is not None:
            self.process.close()
