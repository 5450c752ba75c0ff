"""The export runs that follow a run which ended well: one per model version."""

from typing import Any

from django.utils.translation import gettext as _

from trainer.component import Form
from trainer.spec import ExportSpec, TrainDraft, exporters_for, parse
from webapp.artifacts.models import ModelVersion
from webapp.runs.lineage import input_of
from webapp.runs.models import Kind, Run, State
from webapp.runs.services import queue_run
from webapp.runs.states import FINAL


def queue_exports(run: Run) -> list[Run]:
    """Queue a child run per model version of a run that ended well, within the caller's transaction; none where none
    was asked for."""
    if not are_asked_for(run):
        return []
    return [_queue_export(run, version) for version in run.versions.select_related("artifact").order_by("stage")]


def are_asked_for(run: Run) -> bool:
    """Whether the training run at the root was to be followed by exports."""
    return bool(_root(run).spec.get("exporters") != [])


def are_coming(run: Run, *, has_unfinished: bool) -> bool:
    """Whether files to download may still be made of the run; ``has_unfinished``: an export run of it has not ended."""
    if State(run.state) in FINAL or run.kind == Kind.INSPECT:
        return has_unfinished
    return run.kind == Kind.EXPORT or are_asked_for(run)


def _queue_export(run: Run, version: ModelVersion) -> Run:
    inputs = {"prepared": input_of(run, "prepared"), "model": version.artifact}
    spec = ExportSpec(exporters=exporters_for(_form(version), _wanted_exporters(run)))
    return queue_run(
        owner=run.owner,
        name=_("Exports of %(model)s") % {"model": version.name or run.name},
        spec=spec,
        inputs=inputs,
        dataset_version=run.dataset_version,
        parent=run,
    )


def _wanted_exporters(run: Run) -> tuple[Any, ...] | None:
    """What the training run at the root asked for."""
    spec = parse(_root(run).spec)
    return spec.exporters if isinstance(spec, TrainDraft) else None


def _root(run: Run) -> Run:
    while run.parent is not None:
        run = run.parent
    return run


def _form(version: ModelVersion) -> Form:
    return "onnx" if version.form == ModelVersion.Form.ONNX else "torch"
