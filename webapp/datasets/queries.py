"""What may be read of data sets."""

from datetime import timedelta
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, F, Prefetch, QuerySet
from django.db.models.functions import Now

from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs.models import Kind, Run, State

UNDO = timedelta(days=7)  # a deleted data set can be had back for so long


def datasets(user: User) -> QuerySet[Dataset]:
    """The person's data sets that are not deleted, each with its versions, the newest first."""
    versions = DatasetVersion.objects.exclude(number=None).select_related("corrects").order_by("-number")
    versions = versions.defer("corrects__profile")  # which may be large
    return visible(Dataset.objects.filter(deleted=None), user).prefetch_related(Prefetch("versions", versions))


def deleted(user: User) -> QuerySet[Dataset]:
    """The person's data sets that can be had back, the last deleted first, each ``until`` when."""
    until = ExpressionWrapper(F("deleted") + UNDO, DateTimeField())
    return visible(Dataset.objects.filter(deleted__gt=Now() - UNDO), user).annotate(until=until).order_by("-deleted")


def newest(dataset: Dataset) -> DatasetVersion:
    """The version that came last, ready or not."""
    return dataset.versions.all()[0]


def newest_ready(dataset: Dataset) -> DatasetVersion | None:
    """The version that new runs train on: a later one that is being inspected, or could not be used, keeps
    nobody from it.
    """
    return next((version for version in dataset.versions.all() if version.state == DatasetVersion.State.READY), None)


def versions(user: User) -> QuerySet[DatasetVersion]:
    """All versions of the person's data sets, deleted ones included: runs that were trained on them are cloned."""
    counting = DatasetVersion.objects.exclude(number=None)
    return counting.filter(dataset__in=visible(Dataset.objects.all(), user)).select_related("dataset")


def proposals(dataset: Dataset) -> QuerySet[DatasetVersion]:
    """Corrections that nobody has kept or discarded, the newest first."""
    rows = DatasetVersion.objects.filter(dataset=dataset, number=None)
    return rows.select_related("dataset", "corrects").defer("corrects__profile").order_by("-id")


def undecided(dataset: Dataset) -> QuerySet[DatasetVersion]:
    """Those that a person can still keep."""
    return proposals(dataset).exclude(state=DatasetVersion.State.FAILED)


def inspection(version: DatasetVersion) -> Run | None:
    """The run that opened this version's files, or is about to."""
    return version.runs.filter(kind=Kind.INSPECT).order_by("-id").first()


def in_use(dataset_id: UUID) -> QuerySet[Run]:
    """Runs that have not ended and read the data set; a preview keeps nobody from taking it away."""
    ended = (State.SUCCEEDED, State.STOPPED, State.FAILED, State.CANCELLED)
    return Run.objects.filter(dataset_version__dataset=dataset_id).exclude(state__in=ended).exclude(kind=Kind.PREVIEW)
