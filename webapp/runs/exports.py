"""The export runs that follow a run which ended well: one per model version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trainer.component import Component, Form
from trainer.errors import TrainerError
from trainer.specs.export import ExportSpec, exporters_for
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft
from webapp.artifacts.models import ModelVersion
from webapp.runs.lineage import input_of
from webapp.runs.models import Kind, Run, State
from webapp.runs.services import queue_run, require_bearable
from webapp.runs.states import FINAL


def queue_exports(run: Run) -> list[Run]:
    """Queue a child run per model version of a run that ended well, within the caller's transaction; none where none
    was asked for."""
    if not are_asked_for(run):
        return []
    asked = _asked_exporters(run)
    return [_queue_export(run, one, ExportSpec(exporters=exporters_for(_form(one), asked))) for one in _versions(run)]


def start_exports(*, run: Run, settings: Mapping[str, Any]) -> UUID:
    """Queue a child run per model version that any of the asked formats takes. The run on whose page they appear.
    Raises what ``fitted`` raises.
    """
    exports = fitted(run, settings)
    require_bearable(run.owner)
    with transaction.atomic():
        for version, spec in exports:
            _queue_export(run, version, spec)
    return run.pk


def fitted(run: Run, settings: Mapping[str, Any]) -> list[tuple[ModelVersion, ExportSpec]]:
    """Of each model version the formats that it takes; ``settings`` are fields of the spec.

    Raises pydantic's ValidationError for a wrong spec, TrainerError where there is no model, or none that fits.
    """
    spec = parse(dict(settings), "export")
    assert isinstance(spec, ExportSpec)
    versions = _versions(run)
    if not versions or run.state not in (State.SUCCEEDED, State.STOPPED):
        raise TrainerError(
            "no_model", "This run has no model to export; choose one that succeeded or was stopped.", field="run"
        )
    pairs = [(version, _taking(spec.exporters, _form(version))) for version in versions]
    if not any(exporters for _version, exporters in pairs):
        raise TrainerError(
            "no_format_fits",
            "None of these formats can be made of the models of this run; add another format.",
            field="exporters",
        )
    return [(version, spec.model_copy(update={"exporters": exporters})) for version, exporters in pairs if exporters]


def _taking(exporters: tuple[Component, ...], form: Form) -> tuple[Component, ...]:
    return tuple(one for one in exporters if form in one.forms)


def _versions(run: Run) -> list[ModelVersion]:
    return list(run.versions.select_related("artifact").order_by("stage"))


def are_asked_for(run: Run) -> bool:
    """Whether the training run at the root was to be followed by exports."""
    return bool(_root(run).spec.get("exporters") != [])


def are_coming(run: Run, *, has_unfinished: bool) -> bool:
    """Whether files to download may still be made of the run; ``has_unfinished``: an export run of it has not ended."""
    if State(run.state) in FINAL or run.kind in (Kind.INSPECT, Kind.INSPECT_ASSET):
        return has_unfinished
    return run.kind == Kind.EXPORT or are_asked_for(run)


def _queue_export(run: Run, version: ModelVersion, spec: ExportSpec) -> Run:
    inputs = {"prepared": input_of(run, "prepared"), "model": version.artifact}
    return queue_run(
        owner=run.owner,
        name=_("Exports of %(model)s") % {"model": version.name or run.name},
        spec=spec,
        inputs=inputs,
        dataset_version=run.dataset_version,
        parent=run,
    )


def _asked_exporters(run: Run) -> tuple[Any, ...] | None:
    """What the training run at the root asked for."""
    spec = parse(_root(run).spec)
    return spec.exporters if isinstance(spec, TrainDraft) else None


def _root(run: Run) -> Run:
    while run.parent is not None:
        run = run.parent
    return run


def _form(version: ModelVersion) -> Form:
    return "onnx" if version.form == ModelVersion.Form.ONNX else "torch"
