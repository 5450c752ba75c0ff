"""Runs, their attempts, commands and stream. Rows change only through ``services``."""

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Now

from webapp.identifiers import uuid7

# The test accuracy that a run reported; -1 for a run without. An index has it, so a list in this order reads only its page.
ACCURACY = Coalesce(Cast(KT("report__test__accuracy"), models.FloatField()), -1.0)


class State(models.TextChoices):
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Kind(models.TextChoices):
    TRAIN = "train"
    COMPRESS = "compress"
    EXPORT = "export"
    INSPECT = "inspect"


class Run(models.Model):
    """Everything a worker does. ``attempt`` is the fencing token; ``stream`` is the last number given to a browser."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="runs")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    dataset_version = models.ForeignKey("datasets.DatasetVersion", null=True, on_delete=models.PROTECT, related_name="runs")
    spec = models.JSONField()
    devices_needed = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    reason_params = models.JSONField(default=dict)
    attempt = models.PositiveIntegerField(default=0)
    stream = models.BigIntegerField(default=0)
    step = models.BigIntegerField(default=0)
    total_steps = models.BigIntegerField(default=0)
    steps_per_epoch = models.BigIntegerField(default=0)
    report = models.JSONField(null=True)
    created = models.DateTimeField(db_default=Now(), editable=False)
    queued = models.DateTimeField(db_default=Now(), editable=False)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=255, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="run_of_owner"),
            models.Index(models.F("owner"), ACCURACY.desc(), models.F("id").desc(), name="run_by_accuracy"),
            models.Index(fields=["queued"], condition=models.Q(state="queued"), name="run_queue"),
        ]
        constraints = [models.UniqueConstraint(fields=["owner", "idempotency_key"], name="one_run_per_idempotency_key")]


class Attempt(models.Model):
    """One life of a run on one worker. ``position`` is how far its journal is in the database."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    worker = models.ForeignKey("workers.Worker", null=True, on_delete=models.SET_NULL, related_name="attempts")
    lease_until = models.DateTimeField()
    position = models.BigIntegerField(default=0)
    placement = models.JSONField(default=list)
    exits = models.JSONField(null=True)
    started = models.DateTimeField(db_default=Now(), editable=False)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_attempt_per_number")]


class Checkpoint(models.Model):
    """A published checkpoint: what another attempt, on any machine, goes on from."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checkpoints")
    attempt = models.PositiveIntegerField()
    step = models.BigIntegerField()
    artifact = models.ForeignKey("artifacts.Artifact", on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["run", "step"]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="one_checkpoint_per_step")]


class Command(models.Model):
    """What a person asked of a run: stop, cancel, pause. ``applied`` is when the agent passed it on."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="commands")
    kind = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(db_default=Now(), editable=False)
    applied = models.DateTimeField(null=True)


class StreamEntry(models.Model):
    """One numbered thing that a browser must learn of besides points: a state, a rewind, a log line, an output."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="entries")
    seq = models.BigIntegerField()
    type = models.CharField(max_length=12)
    body = models.JSONField()
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["run", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="one_entry_per_number")]
