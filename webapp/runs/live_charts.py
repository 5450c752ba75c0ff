"""The charts of a run's page that the browser draws from the socket: which metrics each shows, and
under which names.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from trainer import task
from webapp import words

UNITS = {"share": "ratio"}


@dataclass(frozen=True)
class LiveChart:
    """``series`` are names of metrics, ``latest`` the one whose newest value stands beside the title."""

    key: str
    title: str
    series: str
    labels: str
    unit: str = ""
    x: str = "step"
    latest: str = ""
    hero: bool = False


def charts(of_task: Sequence[task.LiveChart], *, has_schedule: bool) -> list[LiveChart]:
    """What a run of this task shows; a compression has no schedule of its own."""
    loss = LiveChart("loss", _("Loss"), "train/loss validation/loss", _of_parts(), latest="train/loss", hero=True)
    rate = LiveChart("learning-rate", _("Learning rate"), "learning_rate", _("Learning rate"), latest="learning_rate")
    speed = LiveChart(
        "throughput",
        _("Samples per second"),
        "samples_per_second",
        _("Samples per second"),
        latest="samples_per_second",
    )
    return [loss, *map(_of_task, of_task), speed, *([rate] if has_schedule else []), *_machine()]


def _of_parts() -> str:
    return _("Training") + "|" + _("Validation")


def _of_task(chart: task.LiveChart) -> LiveChart:
    title, series, unit = words.translated(chart.title), " ".join(chart.series), UNITS.get(chart.unit, chart.unit)
    return LiveChart(chart.key, title, series, _of_parts(), unit, latest=chart.latest, hero=True)


def _machine() -> list[LiveChart]:
    processor = LiveChart(
        "processor",
        _("Processor and GPU"),
        "hardware/cpu hardware/gpu",
        _("Processor") + "|" + _("GPU"),
        "percent",
        "time",
        "hardware/cpu",
    )
    memory = LiveChart("memory", _("Memory"), "hardware/memory", _("Memory"), "bytes", "time", "hardware/memory")
    return [processor, memory]
