"""Assets: files that a person gives to models beside data, such as word vectors."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from webapp.identifiers import uuid7


class Asset(models.Model):
    """One file, which never changes: what is newer is another asset. ``kind`` and ``content``, what runs read, are
    known once its ``inspection`` has read the upload.
    """

    class State(models.TextChoices):
        INSPECTING = "inspecting"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assets")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.INSPECTING)
    size = models.BigIntegerField()
    content = models.ForeignKey("artifacts.Artifact", null=True, on_delete=models.PROTECT, related_name="+")
    profile = models.JSONField(null=True)
    inspection = models.OneToOneField("runs.Run", null=True, on_delete=models.SET_NULL, related_name="asset")
    created = models.DateTimeField(db_default=Now(), editable=False)
    deleted = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="asset_of_owner")]

    def get_absolute_url(self) -> str:
        return reverse("assets:detail", args=[self.pk])
