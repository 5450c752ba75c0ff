"""What makes, renames and removes data sets. Content is opened by an inspect run only, never here."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from trainer.specs.inspect import InspectSpec
from webapp import names
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts import removing, store
from webapp.artifacts.models import Artifact
from webapp.datasets import queries, samples
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.grace import GRACE
from webapp.runs import services as runs
from webapp.runs.lineage import contents
from webapp.runs.models import Kind, Run

MOST_FILES = 8
Files = Sequence[tuple[str, Artifact]]


class DatasetError(Exception):
    """What was asked of a data set cannot be done; ``field`` is the part of the request that is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def create(*, owner: User, uploads: Sequence[UUID], name: str = "") -> Dataset:
    """A data set of whole uploads, which an inspect run is queued to open. Raises DatasetError."""
    files = whole_uploads(owner, uploads)
    return _create(owner, name or PurePath(files[0][0]).stem or files[0][0], files)


@transaction.atomic
def create_from_sample(*, owner: User, sample: str, name: str = "") -> Dataset:
    """A data set of one of the samples that ship with Trainyard. Raises DatasetError."""
    listing = samples.listing()
    if sample not in listing:
        raise DatasetError(
            _("There is no sample “%(sample)s”. Choose one of %(known)s.")
            % {"sample": sample[:100], "known": ", ".join(listing)},
            field="sample",
        )
    entry = listing[sample]
    return _create(owner, name or str(entry.label), [(path.name, store.put(path)) for path in entry.files], sample)


@transaction.atomic
def add_version(*, dataset: Dataset, uploads: Sequence[UUID]) -> DatasetVersion:
    """A newer content of a data set; runs that were made keep theirs. Raises DatasetError."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    return _add_version(dataset, whole_uploads(dataset.owner, uploads))


def rename(dataset: Dataset, name: str) -> bool:
    """Give a new name to a data set that still has the one we know; False when somebody else was faster."""
    return bool(Dataset.objects.filter(pk=dataset.pk, name=dataset.name, deleted=None).update(name=_checked(name)))


@transaction.atomic
def delete(dataset: Dataset) -> None:
    """Take a data set away; ``restore`` brings it back for a week. Raises DatasetError while a run reads it."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    busy = queries.in_use(dataset.pk).order_by("id").first()
    if busy is not None and busy.kind == Kind.INSPECT:
        raise DatasetError(
            _("This data set is being inspected. Cancel the inspection on its page, or wait until it has ended.")
        )
    if busy is not None:
        raise DatasetError(
            _("The run “%(run)s” uses this data set. Cancel it, or wait until it has ended.") % {"run": busy.name}
        )
    Dataset.objects.filter(pk=dataset.pk, deleted=None).update(deleted=Now())


def restore(owner: User, dataset_id: UUID) -> Dataset:
    """Undo ``delete``. Raises Dataset.DoesNotExist."""
    visible(Dataset.objects.filter(pk=dataset_id), owner).update(deleted=None)
    return queries.datasets(owner).get(pk=dataset_id)


def purge() -> int:
    """Remove for good what could be restored for a week and no run has read but its inspection and previews. Returns
    how many went."""
    others = Run.objects.exclude(kind__in=(Kind.INSPECT, Kind.PREVIEW))
    used = others.filter(dataset_version__isnull=False).values("dataset_version__dataset")
    old = Dataset.objects.filter(deleted__lt=Now() - queries.UNDO - GRACE).exclude(pk__in=used)
    for dataset in old:
        _remove(dataset)
    return len(old)


@transaction.atomic
def _remove(dataset: Dataset) -> None:
    inspections = Run.objects.filter(dataset_version__dataset=dataset)
    versions = DatasetVersion.objects.filter(dataset=dataset)
    files = set(versions.values_list("prepared", flat=True)) | set(versions.values_list("thumbnails", flat=True))
    removing.delete_on_commit(contents(inspections.values_list("pk", flat=True)) | files - {None})
    inspections.delete()
    dataset.delete()


def _create(owner: User, name: str, files: Files, sample: str = "") -> Dataset:
    dataset = Dataset.objects.create(owner=owner, name=_checked(name), sample=sample)
    _add_version(dataset, files)
    return dataset


def _add_version(dataset: Dataset, files: Files) -> DatasetVersion:
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=next_number(dataset),
        content_hash=_content_hash(files),
        size=sum(content.size for _name, content in files),
    )
    spec = InspectSpec(files=tuple(name for name, _content in files))
    artifacts = [content for _name, content in files]
    runs.start_inspection(owner=dataset.owner, dataset_version=version, spec=spec, files=artifacts)
    return version


def next_number(dataset: Dataset) -> int:
    """Of a new version; who asks holds the data set's row, or has just made it."""
    return int(dataset.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def whole_uploads(owner: User, uploads: Sequence[UUID]) -> Files:
    """Names and contents of whole uploads of this person, in the order they were given."""
    if not 1 <= len(set(uploads)) == len(uploads) <= MOST_FILES:
        raise DatasetError(_("Give one to %(most)s different uploads.") % {"most": MOST_FILES}, field="uploads")
    rows = visible(Upload.objects.select_for_update().filter(pk__in=uploads).order_by("pk"), owner)
    rows_by_upload = {row.pk: row for row in rows.exclude(state=Upload.State.TERMINATED)}
    files = []
    for upload in uploads:
        row = rows_by_upload.get(upload)
        if row is None:
            raise DatasetError(_("There is no upload %(id)s. Upload the file again.") % {"id": upload}, field="uploads")
        if row.artifact_id is None:
            raise DatasetError(
                _("The upload of “%(name)s” has %(offset)s of %(length)s bytes. Send the rest first.")
                % {"name": row.name, "offset": row.offset, "length": row.length},
                field="uploads",
            )
        files.append((row.name, Artifact.objects.get(pk=row.artifact_id)))
    return files


def _content_hash(files: Files) -> str:
    lines = "".join(f"{content.sha256} {name}\n" for name, content in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _checked(name: str) -> str:
    shown = names.shown(name)
    if not shown:
        raise DatasetError(_("Give the data set a name."), field="name")
    return shown
