"""How far a long copy is, told about once a second."""

import time
from collections.abc import Callable

from django.template.defaultfilters import filesizeformat

EVERY = 1.0  # seconds


class Progress:
    """Counts bytes and says a sentence with the gaps ``done`` and ``total``."""

    def __init__(self, say: Callable[[str], None], sentence: str, total: int) -> None:
        self._say = say
        self._sentence = sentence
        self._total = total
        self._done = 0
        self._due = time.monotonic() + EVERY

    def grown(self, size: int) -> None:
        """So many bytes more are done."""
        self._done += size
        if time.monotonic() >= self._due:
            self._say(
                self._sentence
                % {"done": filesizeformat(self._done), "total": filesizeformat(max(self._total, self._done))}
            )
            self._due = time.monotonic() + EVERY
