"""What the pages read of model versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts.models import Edge, ModelVersion
from webapp.runs.models import Run


@dataclass(frozen=True)
class Described:
    """A model version with its metric, latency of one row in milliseconds, and its bundle if the exports are done."""

    version: ModelVersion
    metric: str
    value: float | None
    latency: float | None
    bundle: UUID | None


def models(user: User) -> QuerySet[ModelVersion]:
    found = ModelVersion.objects.filter(run__in=visible(Run.objects.all(), user))
    return found.select_related("run__parent", "run__dataset_version__dataset", "artifact").order_by("-id")


def described(versions: Sequence[ModelVersion]) -> list[Described]:
    """The versions with what their reports say; one further query for all bundles."""
    bundles = _bundles(versions)
    return [_described(version, bundles.get((version.run_id, version.artifact_id))) for version in versions]


def _described(version: ModelVersion, bundle: UUID | None) -> Described:
    report: Mapping[str, Any] = version.report or {}
    stage: Mapping[str, Any] = report.get("report") or report
    metric = stage.get("metric") or _test_metric(stage) or _test_metric(version.run.report or {}) or {}
    latency = (stage.get("latency_ms") or {}).get("1")
    return Described(version, str(metric.get("name", "")), metric.get("value"), latency, bundle)


def _test_metric(report: Mapping[str, Any]) -> dict[str, Any] | None:
    test = report.get("test") or {}
    name = next((name for name in ("accuracy", "mae") if test.get(name) is not None), None)
    return {"name": name, "value": test[name]} if name else None


def _bundles(versions: Sequence[ModelVersion]) -> dict[tuple[UUID, str], UUID]:
    """The bundle of each version: made by an export run whose input is the version's file."""
    inputs = Edge.objects.filter(run__parent__in=[version.run_id for version in versions], role="model", direction=Edge.Direction.INPUT)
    made_from = {edge.run_id: (edge.run.parent_id, edge.artifact_id) for edge in inputs.select_related("run")}
    bundles = Edge.objects.filter(run__in=made_from, role="export", direction=Edge.Direction.OUTPUT, meta__format="bundle")
    return {
        (parent, artifact): edge.id for edge in bundles if (parent := made_from[edge.run_id][0]) and (artifact := made_from[edge.run_id][1])
    }
