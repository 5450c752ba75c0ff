"""How far a run is and how long it will take."""

from dataclasses import dataclass

from webapp.metrics.window import window
from webapp.runs.models import Run, State

PACE = "train/loss"  # every step of a training has a point of it
POINTS = 200


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
    def of(cls, run: Run) -> "Timing":
        per_epoch = run.steps_per_epoch or 0
        return cls(
            step=run.step,
            total=run.total_steps,
            epoch=min(run.step // per_epoch + 1, run.total_steps // per_epoch) if per_epoch else 0,
            epochs=run.total_steps // per_epoch if per_epoch else 0,
            elapsed=max(0.0, (run.ended - run.started).total_seconds()) if run.started and run.ended else None,
            left=_left(run) if run.state == State.RUNNING and run.total_steps else None,
        )


def _left(run: Run) -> float | None:
    """By the pace since training began or went on: pauses are no part of it. Only the points tell of it, whose times
    are of one clock that never jumps."""
    began = run.entries.filter(type="started").order_by("-seq").first()
    if began is None or run.step <= began.body["step"]:
        return None
    pace = window(run.pk, [PACE], POINTS, first=began.body["step"] + 1).get(PACE)
    if pace is None or len(pace.shown) < 2:
        return None
    (first, *_, last), (since, *_, until) = pace.shown.steps.tolist(), pace.shown.times.tolist()
    remaining: int = run.total_steps - run.step
    return float(max(0.0, until - since) / max(1, last - first)) * remaining
