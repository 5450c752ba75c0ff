"""Whether a training spec fits its data and the machines, and the complete spec where it does."""

from typing import Any

from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.specs.parsing import parse
from trainer.specs.run import RunSpec
from trainer.specs.train import TrainDraft, TrainSpec
from webapp.assets import references
from webapp.datasets.models import DatasetVersion
from webapp.runs.classes import require_learnable
from webapp.workers.queries import most_devices


def training_spec(spec: dict[str, Any], version: DatasetVersion) -> TrainDraft:
    """The checked spec of a training run on these data, complete where they are inspected.

    Raises pydantic's ValidationError for a spec that is wrong in itself, and TrainerError for one that does not fit the
    data or the machines; both name the field.
    """
    parsed = parse(spec, "train")
    assert isinstance(parsed, TrainDraft)
    _require_usable(version)
    references.require(parsed, version.dataset.owner)
    fitted = parsed if awaits_inspection(version) else complete(parsed, version)
    require_devices(fitted)
    return fitted


def complete(spec: TrainDraft, version: DatasetVersion) -> TrainSpec:
    """The spec with all that depends on the data, which are inspected. Raises TrainerError."""
    _require_usable(version)
    profile = version.profile or {}
    summary = DataSummary.model_validate(profile["summary"])
    resolved = spec.resolved(summary)
    require_learnable(resolved, summary, profile)
    return resolved


def awaits_inspection(version: DatasetVersion) -> bool:
    """Whether nobody knows yet what these data are."""
    return version.state == DatasetVersion.State.INSPECTING


def _require_usable(version: DatasetVersion) -> None:
    if version.dataset.deleted is not None:
        raise TrainerError(
            "data_deleted",
            "The data set “%(name)s” was deleted. Undo that on the page of data sets, or start from other data.",
            field="dataset",
            name=version.dataset.name,
        )
    if version.state == DatasetVersion.State.FAILED:
        raise TrainerError(
            "data_not_ready",
            "This data set cannot be used: its inspection failed, and its page says why. Add a version with better "
            "files.",
            field="dataset",
        )


def require_devices(spec: RunSpec) -> None:
    """Raise TrainerError where no machine that is known has as many devices of one kind as the spec has ranks."""
    most = most_devices()
    if most is not None and spec.device_count > most:
        raise TrainerError(
            "too_few_devices",
            "%(ranks)s ranks need as many devices, and the largest machine has %(devices)s; "
            "ask for at most %(devices)s ranks.",
            field="ranks",
            ranks=spec.device_count,
            devices=most,
        )
