"""The one number that says how good a finished run is, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from trainer.report import Scalar
from webapp import scalars
from webapp.runs.models import Kind, Run


def headline(run: Run) -> str:
    """The number on top of the run's report with its name; empty while there is none."""
    report: Mapping[str, Any] = (
        getattr(run, "digest", None) or run.report or {}
    )  # a list reads only a digest of the report
    scalar = of_report(report)
    if scalar is None:
        return _("nothing was kept") if run.kind == Kind.COMPRESS and report.get("scalars") is not None else ""
    return scalars.text(scalar) if scalar.unit == "times_smaller" else scalars.named(scalar)


def of_report(report: Mapping[str, Any]) -> Scalar | None:
    """The scalar on top of a report as a database or a journal has it."""
    name = report.get("headline")
    headline = next((scalar for scalar in report.get("scalars") or () if scalar["name"] == name), None)
    return Scalar.model_validate(headline, strict=False) if headline else None


def note(run: Run, name: str) -> str:
    """What must stand beside the scalar of this name in a list; empty for nothing."""
    report: Mapping[str, Any] = getattr(run, "digest", None) or run.report or {}
    return next((scalar.get("note", "") for scalar in report.get("scalars") or () if scalar["name"] == name), "")


def seconds(run: Run) -> float | None:
    """How long the run took; None while it has not ended."""
    if run.started is None or run.ended is None:
        return None
    return max(0.0, (run.ended - run.started).total_seconds())
