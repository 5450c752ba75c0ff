"""The run that follows a training which ended well, and makes its model smaller."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from trainer.errors import TrainerError
from trainer.specs.compress import CompressSpec
from trainer.specs.parsing import parse
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact, ModelVersion
from webapp.runs.lineage import input_of
from webapp.runs.models import Run, State
from webapp.runs.services import queue_run, require_bearable


def fitted(run: Run, settings: Mapping[str, Any]) -> tuple[CompressSpec, Artifact]:
    """The checked spec, and the model that it begins with; ``settings`` are fields of the spec.

    Raises pydantic's ValidationError for stages that are wrong or in an order that cannot work, TrainerError for a run
    that has no model to begin with.
    """
    spec = parse(dict(settings), "compress")
    assert isinstance(spec, CompressSpec)
    version = run.versions.filter(form=ModelVersion.Form.TORCH).order_by("-stage").first()
    if version is None or run.state not in (State.SUCCEEDED, State.STOPPED):
        raise TrainerError(
            "no_model", "This run has no model to compress; choose one that succeeded or was stopped.", field="run"
        )
    return spec, version.artifact


def start_compression(
    *,
    owner: User,
    run: Run,
    settings: Mapping[str, Any] | None = None,
    name: str = "",
    idempotency_key: str | None = None,
) -> Run:
    """Queue the child run; what ``settings`` leave out is as by default. Raises what ``fitted`` raises."""
    spec, model = fitted(run, settings or {})
    require_bearable(owner)
    return queue_run(
        owner=owner,
        name=name or _("%(run)s, smaller") % {"run": run.name},
        spec=spec,
        inputs={"prepared": input_of(run, "prepared"), "model": model},
        dataset_version=run.dataset_version,
        parent=run,
        idempotency_key=idempotency_key,
    )
