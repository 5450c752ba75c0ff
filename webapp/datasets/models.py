"""Uploads in progress, data sets, and their versions."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from webapp.identifiers import uuid7


class Upload(models.Model):
    """A tus upload. ``offset`` is what is acknowledged and durable; the file may be longer after a
    crash, never shorter.

    ``sha256`` is set with the last bytes, so that whoever finds a whole upload unfinished can finish it.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving"
        COMPLETE = "complete"
        TERMINATED = "terminated"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVING)
    sha256 = models.CharField(max_length=64, blank=True)
    metadata = models.TextField(blank=True)  # the client's header, given back as it came
    artifact = models.ForeignKey("artifacts.Artifact", null=True, on_delete=models.PROTECT)
    created = models.DateTimeField(db_default=Now(), editable=False)
    changed = models.DateTimeField(db_default=Now(), editable=False)


class Dataset(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=200)
    sample = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField(db_default=Now(), editable=False)
    deleted = models.DateTimeField(null=True)

    def get_absolute_url(self) -> str:
        return reverse("datasets:detail", args=[self.pk])


class DatasetVersion(models.Model):
    """One content of a data set. Its inspect run is the run of kind ``inspect`` that points here.

    A version without a number is a proposal: the same upload as that of the version that it ``corrects``, with other
    kinds of columns, to be looked at. It gets a number when it is kept, and only then counts as one of the data set's.
    ``readings`` are the kinds that a person chose, as the inspect run's spec has them.
    """

    class State(models.TextChoices):
        INSPECTING = "inspecting"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1, null=True)
    state = models.CharField(max_length=10, choices=State, default=State.INSPECTING)
    content_hash = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    prepared = models.ForeignKey("artifacts.Artifact", null=True, on_delete=models.PROTECT, related_name="+")
    thumbnails = models.ForeignKey("artifacts.Artifact", null=True, on_delete=models.PROTECT, related_name="+")
    profile = models.JSONField(null=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="corrections")
    readings = models.JSONField(default=dict)
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["dataset", "-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="one_version_per_number")]

    def get_absolute_url(self) -> str:
        """Its page: among those of the data set, or that of a preview."""
        if self.number is None:
            return reverse("datasets:correction", args=[self.dataset_id, self.pk])
        return f"{reverse('datasets:detail', args=[self.dataset_id])}?version={self.number}"
