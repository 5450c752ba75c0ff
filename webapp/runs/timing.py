"""How far a run is and how long it will take."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from webapp.runs.models import Run, State


@dataclass(frozen=True)
class Timing:
    """Steps done of all, seconds since the start and, from the pace so far, until the end."""

    step: int
    total: int
    epoch: int
    epochs: int
    elapsed: float | None
    left: float | None

    @property
    def part(self) -> float:
        return self.step / self.total if self.total else 0.0

    @classmethod
    def of(cls, run: Run, now: datetime | None = None) -> "Timing":
        per_epoch = run.steps_per_epoch or 0
        now = now or timezone.now()
        return cls(
            step=run.step,
            total=run.total_steps,
            epoch=min(run.step // per_epoch + 1, run.total_steps // per_epoch) if per_epoch else 0,
            epochs=run.total_steps // per_epoch if per_epoch else 0,
            elapsed=_elapsed(run, now),
            left=_left(run, now) if run.state == State.RUNNING and run.total_steps else None,
        )


def _left(run: Run, now: datetime) -> float | None:
    """By the pace since training began or went on: pauses are no part of it."""
    began = run.entries.filter(type="started").order_by("-seq").first()
    if began is None or run.step <= began.body["step"]:
        return None
    seconds = max(0.0, (now - began.created).total_seconds())
    done: int = run.step - began.body["step"]
    return seconds / done * (run.total_steps - run.step)


def _elapsed(run: Run, now: datetime) -> float | None:
    if run.started is None:
        return None
    return max(0.0, ((run.ended or now) - run.started).total_seconds())
