"""What the pages read of data sets, made ready to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainer.catalog import listing
from trainer.data.partition import SPLIT
from trainer.importing.problems import correctable
from trainer.importing.profile import PREVIEW_LENGTH
from webapp import words
from webapp.accounts.models import User
from webapp.charts import balance
from webapp.charts.figure import Figure
from webapp.datasets import queries, text_profiles
from webapp.datasets.kind_controls import MOST, Control
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.text_profiles import TextsView
from webapp.formatting import short
from webapp.runs.models import Kind

BARS = 32.0  # pixels of the highest bar of a small histogram
LEVELS = 5


@dataclass(frozen=True)
class Listed:
    """A data set with its newest version and the number of training runs on any version."""

    dataset: Dataset
    latest: DatasetVersion
    description: str
    used: int

    @property
    def id(self) -> Any:
        return self.dataset.pk

    @property
    def name(self) -> str:
        return self.dataset.name


def datasets(user: User) -> QuerySet[Dataset]:
    return queries.datasets(user)


def names(user: User) -> QuerySet[Dataset]:
    """To choose from: without their versions, whose profiles may be large."""
    return datasets(user).prefetch_related(None).only("name").order_by("name")[:200]


def overview(user: User, most: int | None = None) -> list[Listed]:
    """A person's data sets, all or the newest ``most``, the newest first."""
    used = Count("versions__runs", filter=Q(versions__runs__kind=Kind.TRAIN), distinct=True)
    return [
        _listed(dataset, dataset.used) for dataset in queries.datasets(user).annotate(used=used).order_by("-id")[:most]
    ]


def ready(user: User) -> list[Listed]:
    """Data sets that can be trained on, with the version that is."""
    listed = [(one.dataset, queries.newest_ready(one.dataset), one.used) for one in overview(user)]
    return [Listed(dataset, version, description(version), used) for dataset, version, used in listed if version]


def _listed(dataset: Dataset, used: int) -> Listed:
    latest = queries.newest(dataset)
    return Listed(dataset, latest, description(latest), used)


def description(version: DatasetVersion) -> str:
    """Rows, kind and classes in a few words."""
    summary = (version.profile or {}).get("summary")
    if not summary:
        return ""
    rows = ngettext("%(n)s row", "%(n)s rows", summary["rows"]) % {"n": short(summary["rows"])}
    if pictures := _pictures(summary):
        shape, count = pictures
        classes = ngettext("%(n)d class", "%(n)d classes", count) % {"n": count}
        height_width = "×".join(map(str, shape[1:]))
        return _("%(rows)s, images of %(size)s, %(classes)s") % {"rows": rows, "size": height_width, "classes": classes}
    columns = len(summary["columns"])
    return _("%(rows)s, table of %(columns)s") % {
        "rows": rows,
        "columns": ngettext("%(n)d column", "%(n)d columns", columns) % {"n": columns},
    }


def _pictures(summary: Mapping[str, Any]) -> tuple[Sequence[int], int] | None:
    """Channels, height and width of pictures, and the number of their classes, where the data are nothing else."""
    columns = [column for column in summary["columns"] if column["name"] != SPLIT]
    shapes = [column["shape"] for column in columns if column.get("shape")]
    levels = [column["levels"] for column in columns if column.get("levels")]
    return (shapes[0], len(levels[0])) if len(shapes) == len(levels) == 1 and len(columns) == 2 else None


@dataclass(frozen=True)
class ColumnView:
    """One column as the page shows it; ``bars`` are heights in pixels of a small histogram."""

    name: str
    kind: str
    missing: int
    missing_part: float
    distinct: int
    said: str
    bars: Sequence[float]
    levels: Sequence[tuple[str, int, int]]
    control: Control | None = None


@dataclass(frozen=True)
class Statement:
    """What is wrong in one place; ``control`` is that of the column whose kind may be the remedy."""

    text: str
    column: str = ""
    control: Control | None = None


@dataclass(frozen=True)
class Problem:
    """What is wrong in one or several places of the same kind, and what to do about it."""

    severity: str
    statements: Sequence[Statement]
    remedy: str


@dataclass(frozen=True)
class ProfileView:
    """What the inspection found, ready for the template."""

    summary: Mapping[str, Any]
    facts: Sequence[tuple[str, str]]
    left_out: int
    columns: Sequence[ColumnView]
    problems: Sequence["Problem"]
    checks: Sequence[str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_cut: bool  # whether cells of these rows go on
    texts: Sequence[TextsView]
    more_texts: int  # columns of texts beyond these
    balance_title: str
    balance: Figure | None
    thumbnails: Mapping[str, Any] | None

    @property
    def is_correctable(self) -> bool:
        """Whether any column has a control of its kind."""
        return any(column.control for column in self.columns)

    @property
    def has_more(self) -> bool:
        """Whether there are columns behind those that have controls."""
        return len(self.columns) > MOST


def profile(version: DatasetVersion, controls: Mapping[str, Control] | None = None) -> ProfileView | None:
    """The stored profile of a version, with a control of the kind for each of these columns; None
    before it was inspected.
    """
    controls = controls or {}
    contents = version.profile
    if not contents:
        return None
    summary = contents["summary"]
    columns = contents.get("columns") or []
    levels = contents.get("balance") or []
    return ProfileView(
        summary=summary,
        facts=_facts(version, contents),
        left_out=contents.get("left_out") or 0,
        columns=[_column(column, summary["rows"], controls.get(column["name"])) for column in columns],
        problems=_grouped(contents.get("problems") or [], controls),
        checks=[words.translated(check["message"]) for check in contents.get("checks") or []],
        header=[column["name"] for column in columns],
        rows=contents.get("rows") or [],
        is_cut=any(len(cell) > PREVIEW_LENGTH for row in contents.get("rows") or [] for cell in row),
        texts=text_profiles.views(columns),
        more_texts=text_profiles.left_out(columns),
        balance_title=balance.title(str(contents.get("suggested_target") or "")),
        balance=balance.draw([(name, count) for name, count in levels]) if levels else None,
        thumbnails=contents.get("thumbnails") if version.thumbnails_id else None,
    )


def _grouped(problems: Sequence[Mapping[str, Any]], controls: Mapping[str, Control]) -> list[Problem]:
    """Problems of one kind share a remedy and stand together; what is worse stands first."""
    groups: dict[tuple[str, str, str], list[Statement]] = {}
    for problem in problems:
        params = problem.get("params") or {}
        key = (problem["severity"], problem.get("code", ""), words.sentence(problem.get("remedy", ""), params))
        groups.setdefault(key, []).append(_statement(problem, controls))
    order = ["error", "warning", "info"]
    ranked = sorted(groups.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else len(order))
    return [Problem(severity, statements, remedy) for (severity, _code, remedy), statements in ranked]


def _statement(problem: Mapping[str, Any], controls: Mapping[str, Control]) -> Statement:
    params = problem.get("params") or {}
    column = str(params.get("column", ""))
    control = controls.get(column) if problem.get("code") in correctable() else None
    return Statement(words.sentence(problem["message"], params), column, control)


def _facts(version: DatasetVersion, contents: Mapping[str, Any]) -> list[tuple[str, str]]:
    summary = contents["summary"]
    facts = [(_("Rows"), short(summary["rows"]))]
    if pictures := _pictures(summary):
        shape, classes = pictures
        facts += [(_("Classes"), short(classes)), (_("Pixels"), "×".join(map(str, shape)))]
    else:
        facts.append((_("Columns"), short(len(summary["columns"]))))
    return [
        *facts,
        (_("Duplicates"), short(contents.get("duplicates", 0))),
        (_("Format"), _format(str(contents.get("format", "–")))),
    ]


def _format(name: str) -> str:
    entry = listing("formats").get(name)
    return _(entry.label) if entry else name


def _column(column: Mapping[str, Any], rows: int, control: Control | None) -> ColumnView:
    missing = int(column.get("missing") or 0)
    counts = (column.get("histogram") or {}).get("counts") or text_profiles.bars_of(column)
    highest = max(counts, default=0) or 1
    levels = column.get("levels") or []
    most = max((count for _name, count in levels), default=0) or 1
    return ColumnView(
        name=column["name"],
        kind=words.column_kind(column["kind"]),
        missing=missing,
        missing_part=missing / rows if rows else 0.0,
        distinct=int(column.get("distinct") or 0),
        said=_range(column) or text_profiles.range_of(column),
        bars=[BARS * count / highest for count in counts],
        levels=[(str(name), count, round(100 * count / most)) for name, count in levels[:LEVELS]],
        control=control,
    )


def _range(column: Mapping[str, Any]) -> str:
    if column.get("earliest") is not None:
        return _("%(low)s to %(high)s") % {"low": column["earliest"], "high": column["latest"]}
    if column.get("minimum") is None:
        return ""
    return _("%(low)s to %(high)s, mean %(mean)s") % {
        "low": short(column["minimum"]),
        "high": short(column["maximum"]),
        "mean": short(column.get("mean")),
    }
