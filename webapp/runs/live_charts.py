"""The charts of a run's page that the browser draws from the socket: which metrics each shows, and under which names."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from webapp.runs.models import Kind


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


def charts(kind: str, target: str) -> list[LiveChart]:
    """What a run of this kind shows; ``target`` is "class" or "number"."""
    names = _("Training") + "|" + _("Validation")
    loss = LiveChart("loss", _("Loss"), "train/loss validation/loss", names, latest="train/loss", hero=True)
    accuracy = LiveChart(
        "accuracy", _("Accuracy"), "train/accuracy validation/accuracy", names, "ratio", latest="validation/accuracy", hero=True
    )
    error = LiveChart("error", _("Mean absolute error"), "train/mae validation/mae", names, latest="validation/mae", hero=True)
    rate = LiveChart("learning-rate", _("Learning rate"), "learning_rate", _("Learning rate"), latest="learning_rate")
    speed = LiveChart("throughput", _("Samples per second"), "samples_per_second", _("Samples per second"), latest="samples_per_second")
    machine = [
        LiveChart(
            "processor",
            _("Processor and GPU"),
            "hardware/cpu hardware/gpu",
            _("Processor") + "|" + _("GPU"),
            "percent",
            "time",
            "hardware/cpu",
        ),
        LiveChart("memory", _("Memory"), "hardware/memory", _("Memory"), "bytes", "time", "hardware/memory"),
    ]
    shown = [loss, error if target == "number" else accuracy, speed]
    return [*shown, *([rate] if kind == Kind.TRAIN else []), *machine]
