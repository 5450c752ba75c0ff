"""What is known of the machines."""

from collections import Counter

from webapp.workers.models import Device


def most_devices() -> int | None:
    """The largest number of devices of one kind on one machine; None while no machine is known."""
    counts = Counter((worker, name.partition(":")[0]) for worker, name in Device.objects.values_list("worker", "name"))
    return max(counts.values(), default=None)
