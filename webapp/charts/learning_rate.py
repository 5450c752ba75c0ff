"""The learning rate over the steps of a run, before it starts."""

from django.utils.translation import gettext as _

from trainer.schedules import factor
from trainer.specs.train import TrainSpec
from webapp.charts.figure import Figure, Trace, axis, figure

POINTS = 240


def title() -> str:
    return _("Learning rate")


def traces(spec: TrainSpec, total: int) -> list[Trace]:
    """The schedule's factor times the optimizer's learning rate at up to POINTS of ``total`` steps."""
    base = spec.optimizer.learning_rate
    steps = sorted({round(at * (total - 1) / (POINTS - 1)) for at in range(POINTS)}) if total > 1 else [0]
    rates = [base * factor(spec.schedule, step, total) for step in steps]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": steps,
            "y": rates,
            "line": {"color": "--curve-1", "width": 2},
            "hovertemplate": _("step {step}: {rate}").format(step="%{x:,}", rate="%{y:.3g}") + "<extra></extra>",
        }
    ]


def note(spec: TrainSpec) -> str:
    """What a reader of the figure must know; mostly nothing."""
    if not spec.schedule.driven_by_loss:
        return ""
    return _(
        "It is lowered further each time the validation loss has stopped falling, which shows only while it trains."
    )


def draw(spec: TrainSpec, total: int) -> Figure:
    return figure(
        traces(spec, total), xaxis=axis(_("Step")), yaxis=axis("", rangemode="tozero", exponentformat="power")
    )
