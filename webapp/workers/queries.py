"""What is known of the machines."""

from collections import Counter
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from webapp.workers.models import Device

EVERY = Q()


def heard_of(within: timedelta, worker: str = "") -> Q:
    """Machines that told of themselves of late; ``worker`` is the way to them, for example ``worker__``.

    One that did so in the future was silent since the database's clock was put back.
    """
    return Q(**{f"{worker}seen__range": (Now() - within, Now() + within)})


def most_devices(whose: Q = EVERY) -> int | None:
    """The largest number of devices of one kind on one machine of these; None while no such machine is known."""
    devices = Device.objects.filter(whose).values_list("worker", "name")
    counts = Counter((worker, name.partition(":")[0]) for worker, name in devices)
    return max(counts.values(), default=None)
