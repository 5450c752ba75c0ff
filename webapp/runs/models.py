"""Runs, their attempts, commands and stream. Rows change only through ``services``."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from webapp.identifiers import uuid7


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
    INSPECT_ASSET = "inspect_asset"
    PREVIEW = "preview"


class Run(models.Model):
    """Everything a worker does. ``attempt`` is the fencing token; ``stream`` is the last number given to a browser.

    ``awaits_data``: its data set was not inspected when it was queued, hence it has no inputs yet, nor a complete spec.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="runs")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    dataset_version = models.ForeignKey(
        "datasets.DatasetVersion", null=True, on_delete=models.PROTECT, related_name="runs"
    )
    spec = models.JSONField()
    devices_needed = models.PositiveSmallIntegerField()
    awaits_data = models.BooleanField(default=False)
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
            models.Index(fields=["queued"], condition=models.Q(state="queued"), name="run_queue"),
        ]
        constraints = [models.UniqueConstraint(fields=["owner", "idempotency_key"], name="one_run_per_idempotency_key")]


class Measure(models.Model):
    """What a number in reports measures, the same in all runs that have it; ``better`` is empty where
    neither direction is."""

    name = models.CharField(max_length=80, primary_key=True)
    label = models.CharField(max_length=80)
    unit = models.CharField(max_length=20, blank=True)
    better = models.CharField(max_length=6, blank=True)

    class Meta:
        ordering = ["name"]


class RunScore(models.Model):
    """A finite number of a run's report, by which runs are sorted and compared."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="scores")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+", db_index=False)
    value = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["measure", "value", "run"], name="run_score_order")]
        constraints = [models.UniqueConstraint(fields=["run", "measure"], name="one_score_per_measure")]


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
