"""The numbers of reports as rows, by which runs are sorted."""

import math
from collections.abc import Mapping
from typing import Any

from trainer.report import Scalar
from webapp.runs.models import Measure, Run, RunScore


def keep(run: Run, report: Mapping[str, Any]) -> None:
    """Store the finite scalars of the run's report in place of earlier ones."""
    scalars = [Scalar.model_validate(scalar, strict=False) for scalar in report.get("scalars") or ()]
    Measure.objects.bulk_create(map(_measure, scalars), ignore_conflicts=True)
    RunScore.objects.filter(run=run).delete()
    RunScore.objects.bulk_create(
        RunScore(run=run, measure_id=scalar.name, value=scalar.value)
        for scalar in scalars
        if math.isfinite(scalar.value)
    )


def _measure(scalar: Scalar) -> Measure:
    return Measure(name=scalar.name, label=scalar.label, unit=scalar.unit, better=scalar.better or "")
