"""What the pages read of machines and their devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When

from webapp.workers.models import Device, Worker
from webapp.workers.queries import heard_of

ALIVE = timedelta(seconds=30)  # since the agent was last seen, by the database's clock


@dataclass(frozen=True)
class Use:
    """Devices of living machines, and how many of them hold a rank now."""

    all: int
    busy: int


def workers() -> QuerySet[Worker, Any]:
    """All machines, each with ``alive``, and its devices with the run that holds them."""
    alive = Case(When(heard_of(ALIVE), then=Value(True)), default=Value(False), output_field=BooleanField())
    return Worker.objects.annotate(alive=alive).prefetch_related("devices__attempt__run").order_by("-alive", "name")


def is_quiet(workers: Iterable[Worker]) -> bool:
    """Whether there are machines, and no run holds a device of theirs."""
    attempts = [device.attempt_id for worker in workers for device in worker.devices.all()]
    return bool(attempts) and not any(attempts)


def devices_in_use() -> Use:
    counts = Device.objects.filter(heard_of(ALIVE, "worker__")).aggregate(
        all=Count("id"),
        busy=Count("id", filter=Q(attempt__isnull=False) & Q(attempt__number=F("attempt__run__attempt"))),
    )
    return Use(counts["all"], counts["busy"])
