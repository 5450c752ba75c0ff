"""How the learning rate changes over the run.

A component gives a ``Spec`` made from ScheduleSpec and, in plain Python, so that the web can plot it,
``factor(spec, step, total) -> float``: what multiplies the optimizer's learning rate at ``step`` (from 0) of ``total``.
Both are counted from the end of the warm-up, which the family puts before any schedule; they need not be whole numbers.

One that is driven by the loss says so in its Spec and has also ``observe(spec, trend, loss) -> Trend``, which is asked
after each epoch.
"""

from dataclasses import asdict, dataclass
from math import inf
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from trainer.catalog import entry
from trainer.component import Component

if TYPE_CHECKING:
    from torch.optim import Optimizer

Warmup = Annotated[
    float, Field(ge=0, lt=1, title="Warm-up", description="Part of the run over which the rate rises from near 0.")
]


class ScheduleSpec(Component):
    """What the Specs of all schedules share."""

    driven_by_loss: ClassVar[bool] = False

    warmup: Warmup = 0.0


@dataclass(frozen=True)
class Trend:
    """What a schedule that is driven by the loss has seen of it. ``factor`` multiplies the learning rate besides
    ``factor()``; ``waited`` counts the epochs since ``best``, the lowest loss of the validation rows, or since
    it last acted.
    """

    factor: float = 1.0
    best: float = inf
    waited: int = 0


def factor(spec: ScheduleSpec, step: int, total: int) -> float:
    """What multiplies the learning rate at ``step`` (from 0) of ``total``: the warm-up's line, then what
    the schedule says.
    """
    warm = spec.warmup * total
    rise = min(1.0, (step + 1) / warm) if warm else 1.0
    return rise * float(entry("schedules", spec).module.factor(spec, max(0.0, step - warm), max(1.0, total - warm)))


class Scheduler:
    """Sets the learning rate of each of an optimizer's groups: the group's own times the factor of the step at hand."""

    def __init__(self, spec: ScheduleSpec, optimizer: "Optimizer", total_steps: int) -> None:
        self._spec = spec
        self._optimizer = optimizer
        self._total_steps = total_steps
        self._rates = [float(group["lr"]) for group in optimizer.param_groups]
        self._step = 0
        self._trend = Trend()
        self._apply()

    def step(self) -> None:
        """After each step."""
        self._step += 1
        self._apply()

    def observe(self, loss: float) -> None:
        """After each epoch, with the loss of the validation rows; the same on all ranks."""
        if self._spec.driven_by_loss:
            self._trend = entry("schedules", self._spec).module.observe(self._spec, self._trend, loss)
            self._apply()

    def _apply(self) -> None:
        part = factor(self._spec, self._step, self._total_steps) * self._trend.factor
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * part

    def state(self) -> dict[str, Any]:
        """Where it stands, as plain data for a checkpoint."""
        return {"step": self._step, "trend": asdict(self._trend)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from such a state. Raises KeyError and TypeError for another one."""
        self._step, self._trend = int(state["step"]), Trend(**state["trend"])
        self._apply()
