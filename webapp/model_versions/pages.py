"""What the pages read of model versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trainer.report import Scalar
from trainer.trying import FORMAT
from webapp import scalars, words
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts.models import Edge, ModelVersion
from webapp.runs.headline import of_report
from webapp.runs.models import Kind, Run, State
from webapp.runs.states import FINAL

BUNDLE = "bundle"
Files = Mapping[tuple[UUID, str], UUID]  # by the run that made them, and the format


@dataclass(frozen=True)
class Described:
    """A model version with its metric in words, latency of one row in milliseconds, its bundle, or in a word why
    it has none, and the export that it is tried by.
    """

    version: ModelVersion
    quality: str
    latency: float | None
    bundle: UUID | None
    graph: UUID | None
    lack: str


def models(user: User) -> QuerySet[ModelVersion]:
    versions = ModelVersion.objects.filter(run__in=visible(Run.objects.all(), user))
    return versions.select_related("run__parent", "run__dataset_version__dataset", "artifact").order_by("-id")


def described(versions: Sequence[ModelVersion]) -> list[Described]:
    """The versions with what their reports say; two further queries for the files of all."""
    makers = _makers(versions)
    files = _files(makers)
    return [_described(version, makers.get(_key(version), []), files) for version in versions]


def _described(version: ModelVersion, makers: Sequence[Run], files: Files) -> Described:
    report: Mapping[str, Any] = version.report or {}
    stage: Mapping[str, Any] = report.get("report") or report
    metric = stage.get("metric") or of_report(version.run.report or {})
    latency = (stage.get("latency_ms") or {}).get("1")
    bundle, graph = (
        next((files[maker.pk, form] for maker in makers if (maker.pk, form) in files), None)
        for form in (BUNDLE, FORMAT)
    )
    lack = _lack(makers[0] if makers else version.run)
    return Described(version, _quality(metric), latency, bundle, graph, lack)


def _quality(metric: Scalar | Mapping[str, Any] | None) -> str:
    if metric is None:
        return "–"
    scalar = metric if isinstance(metric, Scalar) else Scalar.model_validate(metric, strict=False)
    return scalars.named(scalar)


def _lack(last: Run) -> str:
    """Why there is no bundle, by the last run that could have brought one."""
    if last.state not in FINAL:
        return _("not yet")
    return words.state(last.state) if last.state in (State.FAILED, State.CANCELLED) else _("none")


def _key(version: ModelVersion) -> tuple[UUID | None, str]:
    return version.run_id, version.artifact_id


def _makers(versions: Sequence[ModelVersion]) -> dict[tuple[UUID | None, str], list[Run]]:
    """The export runs of each version, the newest first: those whose input is the version's file."""
    inputs = Edge.objects.filter(
        run__parent__in=[version.run_id for version in versions],
        run__kind=Kind.EXPORT,
        role="model",
        direction=Edge.Direction.INPUT,
    )
    makers: dict[tuple[UUID | None, str], list[Run]] = defaultdict(list)
    for edge in inputs.select_related("run").order_by("-run_id"):
        makers[edge.run.parent_id, edge.artifact_id].append(edge.run)
    return makers


def _files(makers: Mapping[Any, Sequence[Run]]) -> Files:
    """The bundle, and the file that a model is tried by, of each export run that made them."""
    runs = [maker.pk for several in makers.values() for maker in several]
    edges = Edge.objects.filter(run__in=runs, role="export", direction=Edge.Direction.OUTPUT)
    rows = edges.filter(meta__format__in=(BUNDLE, FORMAT)).values_list("run", "meta__format", "id")
    return {(run, form): identifier for run, form, identifier in rows}
