"""How busy the machine is, read from its own counters."""

import time

import psutil

from worker.gpus import installed
from worker.probes import Probes


def test_a_reading_covers_the_time_since_the_one_before() -> None:
    probes = Probes([])
    deadline = time.process_time() + 0.05
    while time.process_time() < deadline:
        pass
    load = probes.read()
    assert set(load) == {"hardware/cpu", "hardware/memory"}
    assert 0 < load["hardware/cpu"] <= 100
    assert 0 < load["hardware/memory"] < psutil.virtual_memory().total


def test_a_gpu_that_no_driver_knows_is_not_in_the_reading() -> None:
    probes = Probes(["GPU-00000000"])
    assert "hardware/gpu" not in probes.read()
    probes.close()


def test_gpus_are_numbered_in_their_order_if_there_is_a_driver_at_all() -> None:
    gpus = installed()
    assert [gpu.index for gpu in gpus] == list(range(len(gpus)))
