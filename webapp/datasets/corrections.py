"""Correcting the kinds of columns: a proposal is made of the same upload, looked at, and kept or discarded.

Whoever changes proposals holds the data set's row, so that of two who keep and discard one at once, one comes first.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from trainer.specs.inspect import InspectSpec
from trainer.specs.parsing import parse
from webapp import words
from webapp.artifacts import removing, store
from webapp.artifacts.models import Edge
from webapp.datasets import queries
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError, next_number
from webapp.grace import GRACE
from webapp.runs import broker, states
from webapp.runs import services as runs
from webapp.runs.lineage import contents, inputs_of
from webapp.runs.models import Kind, Run, State

UNDECIDED = timedelta(days=7)  # a proposal waits for its person so long
MOST_OPEN = 20  # proposals of one data set
Readings = Mapping[str, Mapping[str, Any] | None]  # None: as it is recognised


@transaction.atomic
def propose(*, version: DatasetVersion, readings: Readings, keep: bool = False) -> DatasetVersion:
    """A version of the same upload in which columns have other kinds; a proposal unless it is to be kept at once.

    Columns that are not named stay as they are in ``version``. The same proposal again is the one that is there.
    Raises DatasetError, and pydantic's ValidationError for a choice that is none.
    """
    _lock(version.dataset_id)
    source = _source(version)
    spec = _spec(source, {**version.readings, **readings})
    _require_columns(version, readings)
    chosen = spec.model_dump(mode="json")["columns"]
    if chosen == version.readings:
        raise DatasetError(_("Nothing changes: choose another kind for a column first."), field="columns")
    proposal = _same_proposal(version, chosen)
    if proposal is not None:
        return _numbered(proposal) if keep else proposal
    return _begin(version, source, spec, number=next_number(version.dataset) if keep else None)


def keep(proposal: DatasetVersion) -> DatasetVersion:
    """Make it the data set's next version; one that is kept already stays. Raises DatasetError."""
    with transaction.atomic():
        _lock(proposal.dataset_id)
        row = DatasetVersion.objects.filter(pk=proposal.pk).first()
        if row is None:
            raise discarded()
        if row.number is None and row.state != DatasetVersion.State.READY:
            raise DatasetError(_("This correction cannot be kept: its files were not read to the end with it."))
        return _numbered(row)


def discard(proposal: DatasetVersion) -> bool:
    """Remove a proposal and all that was made for it; False where somebody has kept or discarded it before."""
    with transaction.atomic():
        _lock(proposal.dataset_id)
        row = DatasetVersion.objects.filter(pk=proposal.pk, number=None).first()
        if row is not None:
            _remove(row)
        return row is not None


def expire() -> int:
    """Discard proposals that nobody has decided on for a week. Returns how many went."""
    old = DatasetVersion.objects.filter(number=None, created__lt=Now() - UNDECIDED - GRACE)
    return sum(map(discard, old))


def at_fault(run: Run, version: DatasetVersion) -> dict[str, str]:
    """By the column that the inspection could not read as was asked, the sentence that says why."""
    name = run.reason_params.get("column")
    return {name: words.sentence(run.reason, run.reason_params)} if name in version.readings else {}


def discarded() -> DatasetError:
    return DatasetError(_("This correction was discarded. Choose the kinds again to have it back."))


def obstacle(version: DatasetVersion) -> str:
    """Why nothing can be corrected in this version; empty where it can."""
    try:
        _source(version)
    except DatasetError as error:
        return str(error)
    return ""


def _lock(dataset: UUID) -> None:
    """Raises DatasetError for a data set that was deleted meanwhile."""
    if Dataset.objects.select_for_update().filter(pk=dataset, deleted=None).first() is None:
        raise DatasetError(_("This data set was deleted. Undo that on the page of data sets first."))


def _source(version: DatasetVersion) -> Run:
    """The inspection that has the upload of this version. Raises DatasetError where the upload is gone."""
    if version.state != DatasetVersion.State.READY:
        raise DatasetError(_("Wait until this version is inspected; then its columns have kinds to correct."))
    alike = DatasetVersion.objects.filter(dataset=version.dataset_id, content_hash=version.content_hash)
    inspections = Run.objects.filter(kind=Kind.INSPECT, dataset_version__in=alike).order_by("-id")
    own_first = sorted(inspections, key=lambda run: run.dataset_version_id != version.pk)
    source = next(filter(_has_its_files, own_first), None)
    if source is None:
        raise DatasetError(_("The uploaded files of this version are gone. Upload them again to correct a kind."))
    return source


def _has_its_files(run: Run) -> bool:
    return all(store.unverified_path(edge.artifact_id).is_file() for edge in inputs_of(run))


def _spec(source: Run, readings: Readings) -> InspectSpec:
    """Raises pydantic's ValidationError, whose places begin with ``columns``."""
    chosen = {name: choice for name, choice in readings.items() if choice is not None}
    spec = parse({**source.spec, "columns": chosen}, "inspect")
    assert isinstance(spec, InspectSpec)
    return spec


def _require_columns(version: DatasetVersion, names: Iterable[str]) -> None:
    columns = {column["name"] for column in (version.profile or {})["summary"]["columns"]}
    for name in names:
        if name not in columns:
            raise DatasetError(
                _("There is no column “%(column)s” in version %(number)s.")
                % {"column": name[:100], "number": version.number},
                field=f"columns.{name}",
            )


def _same_proposal(version: DatasetVersion, chosen: Mapping[str, Any]) -> DatasetVersion | None:
    """The same proposal, which did not fail."""
    alike = DatasetVersion.objects.filter(corrects=version, number=None, readings=chosen)
    return alike.exclude(state=DatasetVersion.State.FAILED).first()


def _begin(version: DatasetVersion, source: Run, spec: InspectSpec, number: int | None) -> DatasetVersion:
    if queries.undecided(version.dataset).count() >= MOST_OPEN:
        raise DatasetError(_("So many corrections wait for you to keep or discard them: %(n)s.") % {"n": MOST_OPEN})
    proposal = DatasetVersion.objects.create(
        dataset=version.dataset,
        number=number,
        content_hash=version.content_hash,
        size=version.size,
        corrects=version,
        readings=spec.model_dump(mode="json")["columns"],
    )
    files = [edge.artifact for edge in _in_order(source)]
    runs.start_inspection(owner=version.dataset.owner, dataset_version=proposal, spec=spec, files=files)
    return proposal


def _in_order(source: Run) -> list[Edge]:
    return sorted(inputs_of(source), key=lambda edge: int(edge.role.partition(":")[2]))


def _numbered(row: DatasetVersion) -> DatasetVersion:
    if row.number is None:
        number = next_number(row.dataset)
        if DatasetVersion.objects.filter(pk=row.pk, number=None).update(number=number):
            row.number = number
    return row


def _remove(proposal: DatasetVersion) -> None:
    for run in Run.objects.select_for_update().filter(dataset_version=proposal).order_by("pk"):
        if states.move(run.pk, State.CANCELLED):  # it had not ended
            broker.tell_workers(run.pk)
    artifacts = {name for name in (proposal.prepared_id, proposal.thumbnails_id) if name}
    inspections = Run.objects.filter(dataset_version=proposal)
    removing.delete_on_commit(contents(inspections.values_list("pk", flat=True)) | artifacts)
    inspections.delete()
    DatasetVersion.objects.filter(pk=proposal.pk, number=None).delete()
