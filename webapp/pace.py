"""How slowly a large body may arrive: a slow line is waited for, a byte a minute is not."""

from webapp.limits import Limits

SILENCE = 30.0  # seconds without a byte before the connection is taken for dead


class Pace:
    """Until when more must come: something within ``SILENCE``, and ``body_rate`` on average, over
    and over, in ``body_seconds``.

    All times are of one clock, in seconds.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self._seconds = limits.body_seconds
        self._due = limits.body_seconds * limits.body_rate  # bytes
        self._last = self._begun = now
        self._brought = 0

    @property
    def deadline(self) -> float:
        return min(self._last + SILENCE, self._begun + self._seconds)

    def bring(self, size: int, now: float) -> None:
        """Note that ``size`` bytes came."""
        self._last = now
        self._brought += size
        if self._brought >= self._due:
            self._begun, self._brought = now, 0

    def pause(self, seconds: float) -> None:
        """Note that nobody took bytes for so long: that is not the client's time."""
        self._last += seconds
        self._begun += seconds
