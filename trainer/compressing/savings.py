"""What a compression came to, of its table of stages: smaller, larger, or nothing at all."""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer.report import Scalar
from trainer.sentences import gettext_noop as _

SAME = 1.05  # a factor below which two sizes are called the same


def growth(stages: Sequence[Mapping[str, Any]]) -> float | None:
    """How many times as large the last version on disk is as the original; None where no stage yielded one."""
    sizes = [stage["size"] for stage in stages if stage.get("size")]
    return float(sizes[-1] / sizes[0]) if len(sizes) > 1 else None


def scalars(stages: Sequence[Mapping[str, Any]]) -> list[Scalar]:
    """What was saved, and the metric of the last version; nothing where no stage yielded one. The
    first is the headline.
    """
    factor = growth(stages)
    if factor is None:
        return []
    last = [stage for stage in stages if stage.get("size")][-1]
    metric = last["metric"]
    return [
        Scalar(name="size_factor", label=_("Size on disk"), value=1 / factor, unit="times_smaller", better="higher"),
        Scalar(name=f"test/{metric['name']}", label=metric["label"], value=metric["value"], unit=metric["unit"]),
    ]


def sentence(stages: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The same as a message identifier and what fills its gaps."""
    factor = growth(stages)
    if factor is None:
        return _("Nothing was kept: no stage yielded a model, and the original stays as it was."), {}
    if 1 / SAME < factor < SAME:
        return _("All in all the model is as large on disk as before."), {}
    if factor > 1:
        return _("All in all the model is %(factor)s× larger on disk."), {"factor": f"{factor:.1f}"}
    return _("All in all the model is %(factor)s× smaller on disk."), {"factor": f"{1 / factor:.1f}"}
