"""The one number that says how good a finished run is, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from webapp.numbers import short
from webapp.runs.models import Run


def headline(run: Run) -> str:
    """Test accuracy, or for numbers the mean error; empty while there is none."""
    report: Mapping[str, Any] = getattr(run, "digest", None) or run.report or {}  # a list reads only a digest of the report
    stages = report.get("stages") or []
    if stages:
        sizes = [stage["size"] for stage in stages if stage.get("size")]
        return _("%(factor).1f× smaller") % {"factor": sizes[0] / max(1, sizes[-1])} if len(sizes) > 1 else ""
    test = report.get("test") or {}
    if test.get("accuracy") is not None:
        return _("accuracy %(value).1f %%") % {"value": 100 * test["accuracy"]}
    if test.get("mae") is not None:
        return _("mean error %(value)s") % {"value": short(test["mae"])}
    return ""


def seconds(run: Run) -> float | None:
    """How long the run took; None while it has not ended."""
    if run.started is None or run.ended is None:
        return None
    return max(0.0, (run.ended - run.started).total_seconds())
