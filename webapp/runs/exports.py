"""The export runs that follow a run which ended well: one per model version."""

from typing import Any

from django.utils.translation import gettext as _

from trainer.component import Form
from trainer.spec import ExportSpec, TrainSpec, exporters_for, parse
from webapp.artifacts.models import ModelVersion
from webapp.runs.lineage import input_of
from webapp.runs.models import Run
from webapp.runs.services import queue_run


def queue_exports(run: Run) -> list[Run]:
    """Queue a child run per model version of a run that ended well, within the caller's transaction; none where none
    was asked for."""
    if not are_asked_for(run):
        return []
    return [_queue_export(run, version) for version in run.versions.select_related("artifact").order_by("stage")]


def are_asked_for(run: Run) -> bool:
    """Whether the training run at the root was to be followed by exports."""
    return _wanted_exporters(run) != ()


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
    while run.parent is not None:
        run = run.parent
    spec = parse(run.spec)
    return spec.exporters if isinstance(spec, TrainSpec) else None


def _form(version: ModelVersion) -> Form:
    return "onnx" if version.form == ModelVersion.Form.ONNX else "torch"
