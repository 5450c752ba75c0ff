"""What a machine's agent tells of itself. Times are the database's own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models.functions import Now

from webapp.workers.models import Device, Worker


class DeviceFacts(Protocol):
    """One device as its machine describes it; ``memory`` in bytes."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def memory(self) -> int | None: ...


def register(*, name: str, host: str, facts: dict[str, Any], devices: Sequence[DeviceFacts]) -> Worker:
    """Make the machine known, or known again, with the devices that it has now."""
    with transaction.atomic():
        values = {"host": host, "facts": facts, "started": Now(), "seen": Now()}
        worker, _ = Worker.objects.update_or_create(name=name, defaults=values)
        for device in devices:
            Device.objects.update_or_create(
                worker=worker, name=device.name, defaults={"label": device.label, "memory": device.memory}
            )
        worker.devices.exclude(name__in=[device.name for device in devices]).delete()
    return worker


def is_alive(name: str, lease: timedelta) -> bool:
    """Whether a worker of this name has been heard of within its lease."""
    return Worker.objects.filter(name=name, seen__gt=Now() - lease).exists()


def heartbeat(worker: Worker, load: dict[str, Any]) -> bool:
    """Say that the machine is there and how busy it is; False when it is not known any more."""
    return bool(Worker.objects.filter(pk=worker.pk).update(seen=Now(), load=load))


def farewell(worker: Worker) -> None:
    """The machine's worker has ended in order: it is not alive any more."""
    Worker.objects.filter(pk=worker.pk).update(seen=Now() - timedelta(hours=1), load={})
