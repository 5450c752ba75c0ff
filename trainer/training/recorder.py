"""What each step has to tell, on its way into the journal."""

import math
import time

from trainer.attempt import events
from trainer.attempt.job import GO_ON
from trainer.attempt.journal import Journal
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _
from trainer.task import Task
from trainer.training.deferred import Step

RATE_SECONDS = 0.25  # samples per second are averaged over at least so long


class Recorder:
    """Writes what a step had to tell, and knows whether its loss was finite."""

    def __init__(self, journal: Journal, task: Task, nonfinite: str) -> None:
        self._journal = journal
        self._task = task
        self._log = journal.series("train/loss", *(f"train/{name}" for name in task.measures), "learning_rate")
        self._log_rate = journal.series("samples_per_second")
        self._nonfinite = nonfinite
        self._rate_from = time.monotonic()
        self._rows = 0
        self.finite = True
        self.skipped = 0

    def record(self, steps: list[Step]) -> int:
        """Log these steps and return the last one's command. Raises TrainerError when the spec says to stop."""
        command = GO_ON
        for step in steps:
            command = self._record(step)
        return command

    def _record(self, step: Step) -> int:
        command, loss, weight, *sums = step.values()
        self._log(step.step, (loss / weight, *self._task.scores(sums, weight), step.learning_rate))
        self._rate(step)
        self.finite = math.isfinite(loss)
        if not self.finite:
            self._handle_nonfinite(step.step, loss)
        return int(command)

    def _rate(self, step: Step) -> None:
        self._rows += step.rows
        now = time.monotonic()
        if now - self._rate_from >= RATE_SECONDS:
            self._log_rate(step.step, (self._rows / (now - self._rate_from),))
            self._rows, self._rate_from = 0, now

    def _handle_nonfinite(self, step: int, loss: float) -> None:
        if self._nonfinite == "stop":
            raise TrainerError(
                "loss_not_finite",
                "The loss became %(loss)s at step %(step)d. Lower the learning rate, or choose to skip such steps.",
                field="optimizer",
                loss=_plain(loss),
                step=step,
            )
        if not self.skipped:
            self._journal.write(
                events.Log(
                    level="warning",
                    message=_("The loss became %(loss)s at step %(step)d."),
                    params={"loss": _plain(loss), "step": step},
                )
            )
        self.skipped += 1

    def say_what_was_skipped(self) -> None:
        if self.skipped:
            self._journal.write(
                events.Log(
                    level="warning",
                    message=_("The loss was not finite in %(count)d steps."),
                    params={"count": self.skipped},
                )
            )


def _plain(loss: float) -> str:
    return "NaN" if math.isnan(loss) else "∞" if loss > 0 else "−∞"
