"""What may be read of data sets."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs.models import Kind, Run, State


def datasets(user: User) -> QuerySet[Dataset]:
    """The person's data sets that are not deleted, each with its versions, the newest first."""
    versions = DatasetVersion.objects.order_by("-number")
    return visible(Dataset.objects.filter(deleted=None), user).prefetch_related(Prefetch("versions", versions))


def newest(dataset: Dataset) -> DatasetVersion:
    """The version that new runs train on."""
    return dataset.versions.all()[0]


def inspection(version: DatasetVersion) -> Run | None:
    """The run that opened this version's files, or is about to."""
    return version.runs.filter(kind=Kind.INSPECT).order_by("-id").first()


def in_use(dataset_id: UUID) -> QuerySet[Run]:
    """Runs that have not ended and read the data set."""
    ended = (State.SUCCEEDED, State.STOPPED, State.FAILED, State.CANCELLED)
    return Run.objects.filter(dataset_version__dataset=dataset_id).exclude(state__in=ended)
