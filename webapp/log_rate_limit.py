"""A log that nobody fills from outside: of each kind of line so many a minute, and of the others how many there were.

What a client sent that is refused is one line without a traceback: it says nothing of our code. A line whose identifier
a page shows is always there; what is spared is its traceback.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MOST = 20  # lines of a kind in a minute
MINUTE = 60.0  # seconds
LONGEST = 1000  # characters of a line, tracebacks aside
REFUSALS = "django.security."  # loggers of what Django refuses, one a reason
QUOTABLE = {"quotable": True}  # the ``extra`` of a line with an identifier that somebody may come with
TALKATIVE = "uvicorn."  # its lines about websockets are those of whoever opens one

log = logging.getLogger(__name__)
Kind = tuple[str, int, str, bool]


@dataclass
class Minute:
    """How many lines of a kind there were since ``begun``, and the first of them."""

    begun: float
    first: str
    count: int = 0


class RateLimitFilter(logging.Filter):
    """Lets warnings and worse pass within ``MOST``. Lines of a kind have one logger and one text, as it was before
    values were filled in, or else one type of exception."""

    def __init__(self, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name)
        self._clock = clock
        self._minutes: dict[Kind, Minute] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == __name__ or (record.levelno < logging.WARNING and not record.name.startswith(TALKATIVE)):
            return True
        kind = _kind(record)
        _shorten(record)
        passes = self._passes(kind, record.getMessage())
        if not passes and _is_quotable(record):
            record.exc_info = record.exc_text = None
            return True
        return passes

    def _passes(self, kind: Kind, text: str) -> bool:
        now = self._clock()
        with self._lock:
            minute = self._minutes.get(kind)
            if minute is None or (now - minute.begun > MINUTE and minute.count <= MOST):
                minute = self._minutes[kind] = Minute(now, text)
            minute.count += 1
            if minute.count > MOST and self._timer is None:
                self._timer = self._started_timer()
            return minute.count <= MOST

    def _started_timer(self) -> threading.Timer | None:
        """None while the machine gives no further thread: the next line that is left out tries again."""
        timer = threading.Timer(MINUTE, self.tell)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:
            return None
        return timer

    def tell(self) -> None:
        """Say how many lines were left out since the last time, and begin to count anew."""
        with self._lock:
            minutes, self._minutes, self._timer = self._minutes, {}, None
        for (name, level, _text, is_quotable), minute in minutes.items():
            if minute.count > MOST:
                what = "tracebacks of lines" if is_quotable else "lines"
                log.log(level, "%s: %s more %s like “%s” were left out.", name, minute.count - MOST, what, minute.first)


def _kind(record: logging.LogRecord) -> Kind:
    """A text without values may be made of what a client sent, so it is no kind of its own; the type of its exception
    is. Quotable lines have both: one fault that a stranger can bring about hides no other's traceback."""
    error = record.exc_info[0].__qualname__ if record.exc_info and record.exc_info[0] else ""
    is_quotable = _is_quotable(record)
    text = str(record.msg) if record.args else error
    return record.name, record.levelno, f"{text} {error}" if is_quotable else text, is_quotable


def _is_quotable(record: logging.LogRecord) -> bool:
    return bool(getattr(record, "quotable", False))


def _shorten(record: logging.LogRecord) -> None:
    if record.name.startswith(REFUSALS):
        record.exc_info = record.exc_text = None
    text = record.getMessage()
    if len(text) > LONGEST:
        record.msg, record.args = text[:LONGEST] + "…", ()
