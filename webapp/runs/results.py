"""A run's report as the page shows it: numbers with names, tables, figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from trainer import savings
from webapp import words
from webapp.charts import compression, confusion, residuals
from webapp.charts.figure import Figure
from webapp.formatting import duration, is_number, percent, short
from webapp.runs.headline import size
from webapp.runs.models import Kind, Run


@dataclass(frozen=True)
class Drawing:
    name: str
    title: str
    figure: Figure


@dataclass(frozen=True)
class StageRow:
    """A line of the table of stages. ``latency`` in milliseconds by batch size; ``refusal`` says why nothing is offered.

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
class Results:
    """``lack``: why there is nothing to show for it, where a run that ended well kept nothing."""

    facts: Sequence[tuple[str, str]]
    per_class: Sequence[Mapping[str, Any]] = ()
    stages: Sequence[StageRow] = ()
    metric: str = ""
    drawings: Sequence[Drawing] = field(default=())
    lack: str = ""


def of(run: Run) -> Results | None:
    """What there is to show; None while the run has no report."""
    if not run.report:
        return None
    if run.kind == Kind.COMPRESS:
        return _compression(run.report)
    test = run.report.get("test")
    if not test:
        return None
    return _regression(run.report, test) if "mae" in test else _classification(run.report, test)


def _classification(report: Mapping[str, Any], test: Mapping[str, Any]) -> Results:
    macro = test.get("macro", {})
    facts = [
        (_("Test accuracy"), percent(test.get("accuracy"))),
        (_("Precision"), percent(macro.get("precision"))),
        (_("Recall"), percent(macro.get("recall"))),
        (_("F1"), percent(macro.get("f1"))),
        *_shared(report, test),
    ]
    drawings = []
    if test.get("confusion"):
        drawings = [Drawing("confusion", confusion.title(), confusion.draw(test["confusion"], test.get("classes", [])))]
    return Results(facts, per_class=test.get("per_class", []), drawings=drawings)


def _regression(report: Mapping[str, Any], test: Mapping[str, Any]) -> Results:
    facts = [
        (_("Mean absolute error"), short(test.get("mae"))),
        (_("Root mean squared error"), short(test.get("rmse"))),
        (_("R²"), short(test.get("r2"))),
        *_shared(report, test),
    ]
    left = test.get("residuals") or {}
    drawings = []
    if left.get("predicted"):
        drawings = [Drawing("residuals", residuals.title(), residuals.draw(left["predicted"], left["actual"]))]
    return Results(facts, drawings=drawings)


def _shared(report: Mapping[str, Any], test: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Test rows"), short(test.get("rows"))),
        (_("Best epoch"), _("%(best)s of %(all)s") % {"best": short(report.get("best_epoch")), "all": short(report.get("epochs"))}),
        (_("Parameters"), short(report.get("parameters"))),
        (_("Training time"), duration(report.get("seconds"))),
    ]


def _compression(report: Mapping[str, Any]) -> Results:
    stages: list[Mapping[str, Any]] = list(report.get("stages", []))
    done = [stage for stage in stages if stage.get("size") and stage.get("metric")]
    if savings.growth(stages) is None:
        return Results((), stages=_rows(stages), metric=_metric(done), lack=words.sentence(*savings.sentence(stages)))
    name = str(done[0]["metric"]["name"])
    drawing = Drawing(
        "compression",
        compression.title(),
        compression.draw(done, [words.stage(str(stage["name"])) for stage in done], metric_name(name), is_part=name == "accuracy"),
    )
    return Results(_savings(done), stages=_rows(stages), metric=metric_name(name), drawings=[drawing])


def _metric(stages: Sequence[Mapping[str, Any]]) -> str:
    return metric_name(str(stages[0]["metric"]["name"])) if stages else ""


def _rows(stages: Sequence[Mapping[str, Any]]) -> list[StageRow]:
    """A line a stage; before one that changes the runtime as well, the same weights unchanged in that runtime."""
    rows = []
    for stage in stages:
        if stage.get("float_latency_ms"):
            label = _("The same, not quantized")
            rows.append(StageRow(label, runtime=stage.get("runtime", ""), latency=stage["float_latency_ms"], is_peer=True))
        rows.append(_row(stage))
    return rows


def _row(stage: Mapping[str, Any]) -> StageRow:
    metric = stage.get("metric") or {}
    return StageRow(
        label=words.stage(str(stage["name"])),
        refusal=words.sentence(stage.get("message", ""), stage.get("params") or {}) if stage.get("status") == "refused" else "",
        quality=percent(metric["value"], 2) if metric.get("name") == "accuracy" else short(metric.get("value")),
        size=stage.get("size"),
        parameters=short(stage.get("parameters")),
        runtime=stage.get("runtime", ""),
        latency=stage.get("latency_ms") or {},
    )


def _savings(stages: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    first, last = stages[0], stages[-1]
    return [(_("Size on disk"), size(stages)), *_change(first["metric"], last["metric"]), *_speed(first, last)]


def _change(first: Mapping[str, Any], last: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not (is_number(first["value"]) and is_number(last["value"])):
        return []
    change = last["value"] - first["value"]
    points = _("%(points)+.1f points") % {"points": 100 * change} if first["name"] == "accuracy" else f"{change:+.4g}"
    return [(metric_name(first["name"]), points)]


def _speed(first: Mapping[str, Any], last: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How much faster one row is answered; what another runtime gains is not credited to fewer bits."""
    measured = first.get("latency_ms"), last.get("float_latency_ms"), last.get("latency_ms")
    before, peer, after = ((one or {}).get("1") for one in measured)
    found = []
    if before and after:
        found.append((_("One row, all in all"), _("%(factor).1f× as fast") % {"factor": before / after}))
    if peer and after:
        found.append((_("Of that by quantizing"), _("%(factor).1f× as fast") % {"factor": peer / after}))
    return found


def metric_name(name: str) -> str:
    """The word for a metric of the report."""
    return {"accuracy": _("Accuracy"), "mae": _("Mean absolute error"), "r2": _("R²"), "rmse": _("Root mean squared error")}.get(name, name)
