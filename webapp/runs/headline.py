"""The one number that says how good a finished run is, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from trainer import savings
from webapp.formatting import short
from webapp.runs.models import Run


def headline(run: Run) -> str:
    """Test accuracy, for numbers the mean error, of a compression what it came to; empty while there is none."""
    report: Mapping[str, Any] = getattr(run, "digest", None) or run.report or {}  # a list reads only a digest of the report
    stages = report.get("stages") or []
    if stages:
        return size(stages)
    test = report.get("test") or {}
    if test.get("accuracy") is not None:
        return _("accuracy %(value).1f %%") % {"value": 100 * test["accuracy"]}
    if test.get("mae") is not None:
        return _("mean error %(value)s") % {"value": short(test["mae"])}
    return ""


def size(stages: Sequence[Mapping[str, Any]]) -> str:
    """What became of the size on disk, of a compression's table of stages."""
    factor = savings.growth(stages)
    if factor is None:
        return _("nothing was kept")
    if 1 / savings.SAME < factor < savings.SAME:
        return _("as large as before")
    if factor > 1:
        return _("%(factor).1f× larger") % {"factor": factor}
    return _("%(factor).1f× smaller") % {"factor": 1 / factor}


def seconds(run: Run) -> float | None:
    """How long the run took; None while it has not ended."""
    if run.started is None or run.ended is None:
        return None
    return max(0.0, (run.ended - run.started).total_seconds())
