"""What is known of the machines."""

from collections import Counter

from django.db.models import Q

from webapp.workers.models import Device

EVERY = Q()


def most_devices(whose: Q = EVERY) -> int | None:
    """The largest number of devices of one kind on one machine of these; None while no such machine is known."""
    found = Device.objects.filter(whose).values_list("worker", "name")
    counts = Counter((worker, name.partition(":")[0]) for worker, name in found)
    return max(counts.values(), default=None)
