"""What the pages read of runs. Every query starts from what the person may see."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject, Lower
from django.shortcuts import get_object_or_404

from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts.models import Edge
from webapp.runs.models import Kind, Measure, Run, RunScore, State

PAGE = 50
UNFINISHED = (State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING, State.PAUSED)
LISTED = (Kind.TRAIN, Kind.COMPRESS)
# What a list says of a run's report: a report may be large, and fifty of them would be read for fifty numbers.
DIGEST = JSONObject(headline=F("report__headline"), scalars=F("report__scalars"))
EXPORTS_UNFINISHED = Exists(Run.objects.filter(parent=OuterRef("pk"), kind=Kind.EXPORT, state__in=UNFINISHED))


@dataclass(frozen=True)
class Sort:
    """An order of the list: what rows are compared by, beside their identifiers, and what kind of value that is."""

    key: Any
    kind: Callable[[Any], Any]
    descending: bool


SORTS: Mapping[str, Sort] = {
    "newest": Sort(F("id"), UUID, True),
    "oldest": Sort(F("id"), UUID, False),
    "name": Sort(Lower("name"), str, False),
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; unknown values narrow nothing. ``sort`` is one of SORTS or the
    name of a measure.
    """

    text: str = ""
    state: str = ""
    kind: str = ""
    dataset: str = ""
    sort: str = "newest"
    after: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        dataset = query.get("dataset", "")
        return cls(
            text=query.get("q", "").strip()[:200],
            state=query.get("state", "") if query.get("state") in State.values else "",
            kind=query.get("kind", "") if query.get("kind") in LISTED else "",
            dataset=dataset if _is_uuid(dataset) else "",
            sort=query.get("sort", "newest")[:80],
            after=query.get("after", ""),
        )

    @property
    def narrow(self) -> bool:
        return bool(self.text or self.state or self.kind or self.dataset)

    def address(self, after: str) -> str:
        """The query string of the page behind ``after``."""
        parameters = {
            "q": self.text,
            "state": self.state,
            "kind": self.kind,
            "dataset": self.dataset,
            "sort": self.sort,
            "after": after,
        }
        return urlencode({name: value for name, value in parameters.items() if value})


@dataclass(frozen=True)
class Page:
    """``measure`` is what the runs are sorted by, where it is a score."""

    runs: Sequence[Run]
    older: str
    first: bool
    measure: Measure | None = None


def find(user: User, run_id: UUID) -> Run:
    """The run, or 404 for one that is not there or somebody else's."""
    runs = visible(Run.objects.select_related("dataset_version__dataset", "parent"), user)
    return get_object_or_404(runs, pk=run_id)


def listed() -> QuerySet[Run]:
    """Runs as a list shows them, with their data sets: without the large columns, with a digest of the report."""
    runs = Run.objects.select_related("dataset_version__dataset")
    return runs.defer("report", "spec", "dataset_version__profile").annotate(digest=DIGEST)


def measures() -> QuerySet[Measure]:
    """What lists can be sorted by beside names and times."""
    return Measure.objects.exclude(better="").exclude(label="")


def page(user: User, filters: Filters) -> Page:
    """One page of the list, by keyset: as fast at the ten-thousandth run as at the first."""
    runs = _narrowed(visible(listed(), user), filters)
    measure = None if filters.sort in SORTS else measures().filter(name=filters.sort).first()
    if measure is None:
        rows = _sorted(runs, SORTS.get(filters.sort, SORTS["newest"]), filters.after)
    else:
        rows = _by_score(runs, measure, filters.after)
    older = filters.address(_cursor(rows[PAGE - 1])) if len(rows) > PAGE else ""
    return Page(rows[:PAGE], older, not filters.after, measure)


def _sorted(runs: QuerySet[Run], sort: Sort, after: str) -> list[Run]:
    """A page and one more."""
    runs = runs.annotate(sort_key=sort.key)
    if cursor := _read_cursor(after, sort.kind):
        runs = runs.filter(_behind(sort, cursor))
    direction = "-" if sort.descending else ""
    return list(runs.order_by(f"{direction}sort_key", f"{direction}id")[: PAGE + 1])


def _by_score(runs: QuerySet[Run], measure: Measure, after: str) -> list[Run]:
    """Those that have the score, the best first, and behind them those that have none, newest first."""
    cursor = _read_cursor(after, _number_or_none)
    rows: list[Run] = []
    if cursor is None or cursor[0] is not None:
        sort = Sort(F("score"), float, measure.better == "higher")
        rows = _sorted(scored(runs, measure.name).filter(score__isnull=False), sort, after)
    if len(rows) <= PAGE:
        others = runs.exclude(Exists(RunScore.objects.filter(run=OuterRef("pk"), measure=measure)))
        if cursor is not None and cursor[0] is None:
            others = others.filter(pk__lt=cursor[1])
        rows += others.annotate(sort_key=Value(None, FloatField())).order_by("-id")[: PAGE + 1 - len(rows)]
    return rows


def scored(runs: QuerySet[Run], measure: str) -> QuerySet[Any]:
    """Each with its ``score``, None where it has none of this measure."""
    own = FilteredRelation("scores", condition=Q(scores__measure=measure))
    return runs.annotate(own_score=own, score=F("own_score__value"))


def _number_or_none(key: Any) -> float | None:
    return None if key is None else float(key)


def _narrowed(runs: QuerySet[Run], filters: Filters) -> QuerySet[Run]:
    runs = runs.filter(kind__in=[filters.kind] if filters.kind else LISTED)
    if filters.text:
        runs = runs.filter(name__icontains=filters.text)
    if filters.state:
        runs = runs.filter(state=filters.state)
    if filters.dataset:
        runs = runs.filter(dataset_version__dataset=UUID(filters.dataset))
    return runs


def _behind(sort: Sort, cursor: tuple[Any, UUID]) -> Q:
    word = "lt" if sort.descending else "gt"
    return Q(**{f"sort_key__{word}": cursor[0]}) | Q(sort_key=cursor[0], **{f"id__{word}": cursor[1]})


def _cursor(run: Any) -> str:
    key = run.sort_key if run.sort_key is None or isinstance(run.sort_key, float) else str(run.sort_key)
    return base64.urlsafe_b64encode(json.dumps([key, str(run.pk)]).encode()).decode()


def _read_cursor(text: str, kind: Callable[[Any], Any]) -> tuple[Any, UUID] | None:
    """What a cursor of this order says; one that was tampered with, or is of another order, begins the list anew."""
    try:
        key, identifier = json.loads(base64.urlsafe_b64decode(text))
        cursor = kind(key), UUID(identifier)
        return None if b"\0" in str(key).encode() else cursor
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def unfinished(user: User) -> QuerySet[Run]:
    """Runs that train or compress, or wait for it."""
    return visible(Run.objects.filter(state__in=UNFINISHED, kind__in=LISTED), user).order_by("-id")


def finished(user: User, count: int) -> QuerySet[Run]:
    return visible(listed().filter(kind__in=LISTED).exclude(state__in=UNFINISHED), user).order_by("-id")[:count]


@dataclass(frozen=True)
class Exports:
    """One export run of a model version: its files, the bundle first, and what was refused or is lossy."""

    run: Run
    version: str
    files: Sequence[Edge]
    proofs: Sequence[Mapping[str, Any]]

    @property
    def bundle(self) -> Edge | None:
        return next((edge for edge in self.files if edge.meta.get("format") == "bundle"), None)

    @property
    def singles(self) -> Sequence[Edge]:
        return [edge for edge in self.files if edge.meta.get("format") != "bundle"]


def exports(run: Run) -> list[Exports]:
    """The export runs that belong to ``run``, the newest stage first."""
    children = list(run.children.filter(kind=Kind.EXPORT).order_by("-id"))
    edges = Edge.objects.filter(run__in=children, direction=Edge.Direction.OUTPUT, role="export").select_related(
        "artifact"
    )
    by_run: dict[UUID, list[Edge]] = {}
    for edge in edges.order_by("id"):
        by_run.setdefault(edge.run_id, []).append(edge)
    versions = _versions(run, children)
    return [
        Exports(child, versions.get(child.pk, ""), by_run.get(child.pk, []), (child.report or {}).get("exports", []))
        for child in children
    ]


def _versions(run: Run, children: Sequence[Run]) -> dict[UUID, str]:
    """The name of the model version that each export run reads."""
    names = dict(run.versions.values_list("artifact", "name"))
    inputs = Edge.objects.filter(run__in=children, direction=Edge.Direction.INPUT, role="model")
    return {child: names.get(artifact, "") for child, artifact in inputs.values_list("run", "artifact")}


def compressions(run: Run) -> QuerySet[Run]:
    return run.children.filter(kind=Kind.COMPRESS).order_by("-id")
