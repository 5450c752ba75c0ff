"""Files by content, and the edges between them and runs: the whole lineage."""

from django.db import models
from django.db.models.functions import Now

from webapp.identifiers import uuid7


class Artifact(models.Model):
    """A file in the content-addressed store (webapp.artifacts.store)."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    created = models.DateTimeField(db_default=Now(), editable=False)


class BlockSums(models.Model):
    """The sums of an artifact's blocks (webapp.artifacts.sums), apart from its row, which is read far more often."""

    artifact = models.OneToOneField(Artifact, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sums = models.BinaryField()


class Edge(models.Model):
    """A run read or made an artifact. An export's identifier in the API is its edge's."""

    class Direction(models.TextChoices):
        INPUT = "input"
        OUTPUT = "output"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="edges")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="edges")
    direction = models.CharField(max_length=6, choices=Direction)
    role = models.CharField(max_length=60)
    name = models.CharField(max_length=255)
    meta = models.JSONField(default=dict)
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "direction", "role", "name"], name="one_edge_per_role_and_name")
        ]


class ModelVersion(models.Model):
    """A model that a run yielded: the first of a training run, one per stage of a compression."""

    class Form(models.TextChoices):
        TORCH = "torch"
        ONNX = "onnx"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="versions")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="versions")
    stage = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=8, choices=Form)
    report = models.JSONField(default=dict)
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["run", "stage"]
        constraints = [models.UniqueConstraint(fields=["run", "stage"], name="one_version_per_stage")]
