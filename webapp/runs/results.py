"""A run's report as the page shows it: numbers with names, tables, figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from trainer import report
from trainer.compressing import savings
from trainer.report import Report, Samples, Table
from webapp import scalars, words
from webapp.charts import compression, confusion, residuals
from webapp.charts.figure import Figure
from webapp.formatting import is_number, percent, short
from webapp.runs import sample_rows
from webapp.runs.headline import of_report
from webapp.runs.models import Run
from webapp.runs.sample_rows import SamplesView

FIGURES: Mapping[str, Any] = {"confusion": confusion, "residuals": residuals}


@dataclass(frozen=True)
class Drawing:
    name: str
    title: str
    figure: Figure


@dataclass(frozen=True)
class StageRow:
    """A line of the table of stages. ``latency`` in milliseconds by batch size; ``refusal`` says why
    nothing is offered.

    ``is_peer``: not a stage, but what a stage is to be compared with, in the same runtime.
    """

    label: str
    refusal: str = ""
    quality: str = ""
    size: int | None = None
    parameters: str = ""
    runtime: str = ""
    latency: Mapping[str, float] = field(default_factory=dict)
    is_peer: bool = False


@dataclass(frozen=True)
class Cell:
    """Of a table of a report; ``label`` is its column's."""

    text: str
    label: str
    is_number: bool


@dataclass(frozen=True)
class TableView:
    title: str
    note: str
    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Results:
    """``lack``: why there is nothing to show for it, where a run that ended well kept nothing. ``cautions`` stand
    above all numbers."""

    facts: Sequence[tuple[str, str]]
    tables: Sequence[TableView] = ()
    stages: Sequence[StageRow] = ()
    metric: str = ""
    drawings: Sequence[Drawing] = field(default=())
    lack: str = ""
    cautions: Sequence[str] = ()
    samples: Sequence[SamplesView] = ()


def of(run: Run) -> Results | None:
    """What there is to show; None while the run has no report, and for an export, whose report is its files' proofs."""
    if not run.report or "scalars" not in run.report:
        return None
    return _compression(run.report) if "stages" in run.report else _of_blocks(report.parse(run.report))


def _of_blocks(body: Report) -> Results:
    facts = [(scalars.label(scalar), scalars.text(scalar)) for scalar in body.scalars if scalar.shown]
    tables = [_table(block) for block in body.blocks if isinstance(block, Table)]
    return Results(
        facts,
        tables,
        samples=_samples(body),
        drawings=[_drawing(block) for block in body.blocks if isinstance(block, report.Figure)],
        cautions=[words.sentence(caution.message, caution.params) for caution in body.cautions],
    )


def _samples(body: Report) -> list[SamplesView]:
    return [sample_rows.view(block) for block in body.blocks if isinstance(block, Samples)]


def _drawing(block: report.Figure) -> Drawing:
    chart = FIGURES[block.chart]
    return Drawing(block.chart, chart.title(), chart.draw(**block.data))


def _table(block: Table) -> TableView:
    labels = [words.translated(heading.label) for heading in block.headings]
    headings = [
        Cell(label, label, heading.unit is not None) for label, heading in zip(labels, block.headings, strict=True)
    ]
    rows = [
        [
            Cell(scalars.cell(value, heading), label, heading.unit is not None)
            for value, heading, label in zip(row, block.headings, labels, strict=True)
        ]
        for row in block.rows
    ]
    return TableView(words.translated(block.title), words.translated(block.note), headings, rows)


def _compression(body: Mapping[str, Any]) -> Results:
    stages: list[Mapping[str, Any]] = list(body["stages"])
    done = [stage for stage in stages if stage.get("size") and stage.get("metric")]
    if savings.growth(stages) is None:
        return Results((), stages=_rows(stages), metric=_metric(done), lack=words.sentence(*savings.sentence(stages)))
    drawing = Drawing(
        "compression",
        compression.title(),
        compression.draw(
            done,
            [words.stage(str(stage["name"])) for stage in done],
            _metric(done),
            is_part=_is_share(done[0]["metric"]),
        ),
    )
    samples = _samples(report.parse(body))
    return Results(
        _savings(body, done), stages=_rows(stages), metric=_metric(done), drawings=[drawing], samples=samples
    )


def _is_share(metric: Mapping[str, Any]) -> bool:
    return bool(metric["unit"] == "share")


def _metric(stages: Sequence[Mapping[str, Any]]) -> str:
    return words.translated(stages[0]["metric"]["label"]) if stages else ""


def _rows(stages: Sequence[Mapping[str, Any]]) -> list[StageRow]:
    """A line a stage; before one that changes the runtime as well, the same weights unchanged in that runtime."""
    rows = []
    for stage in stages:
        if stage.get("float_latency_ms"):
            label = _("The same, not quantized")
            rows.append(
                StageRow(label, runtime=stage.get("runtime", ""), latency=stage["float_latency_ms"], is_peer=True)
            )
        rows.append(_row(stage))
    return rows


def _row(stage: Mapping[str, Any]) -> StageRow:
    metric = stage.get("metric") or {}
    return StageRow(
        label=words.stage(str(stage["name"])),
        refusal=words.sentence(stage.get("message", ""), stage.get("params") or {})
        if stage.get("status") == "refused"
        else "",
        quality=_quality(metric),
        size=stage.get("size"),
        parameters=short(stage.get("parameters")),
        runtime=stage.get("runtime", ""),
        latency=stage.get("latency_ms") or {},
    )


def _quality(metric: Mapping[str, Any]) -> str:
    value = percent(metric["value"], 2) if metric and _is_share(metric) else short(metric.get("value"))
    return scalars.noted(value, metric.get("note", ""))


def _savings(body: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    first, last, size = stages[0], stages[-1], of_report(body)
    assert size is not None
    return [(scalars.label(size), scalars.text(size)), *_change(first["metric"], last["metric"]), *_speed(first, last)]


def _change(first: Mapping[str, Any], last: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not (is_number(first["value"]) and is_number(last["value"])):
        return []
    change = last["value"] - first["value"]
    points = _("%(points)+.1f points") % {"points": 100 * change} if _is_share(first) else f"{change:+.4g}"
    return [(words.translated(first["label"]), points)]


def _speed(first: Mapping[str, Any], last: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How much faster one row is answered; what another runtime gains is not credited to fewer bits."""
    measured = first.get("latency_ms"), last.get("float_latency_ms"), last.get("latency_ms")
    before, peer, after = ((one or {}).get("1") for one in measured)
    rows = []
    if before and after:
        rows.append((_("One row, all in all"), _pace(before, after)))
    if peer and after:
        rows.append((_("Of that by quantizing"), _pace(peer, after)))
    return rows


def _pace(before: float, after: float) -> str:
    if round(before / after, 1) < 1:
        return _("slower: %(factor).1f× the time") % {"factor": after / before}
    return _("%(factor).1f× as fast") % {"factor": before / after}
