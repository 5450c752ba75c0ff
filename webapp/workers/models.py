"""Machines that work, and their devices."""

from django.db import models


class Worker(models.Model):
    """A machine's agent. Alive while ``seen`` is recent by the database's clock."""

    name = models.CharField(max_length=200, unique=True)
    host = models.CharField(max_length=200)
    draining = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    load = models.JSONField(default=dict)
    started = models.DateTimeField()
    seen = models.DateTimeField()


class Device(models.Model):
    """A place for one rank. Free when ``attempt`` is null; claimed by a conditional UPDATE."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=20)
    label = models.CharField(max_length=200)
    memory = models.BigIntegerField(null=True)
    attempt = models.ForeignKey("runs.Attempt", null=True, on_delete=models.SET_NULL, related_name="devices")

    class Meta:
        ordering = ["worker", "name"]
        constraints = [models.UniqueConstraint(fields=["worker", "name"], name="one_device_per_name")]
