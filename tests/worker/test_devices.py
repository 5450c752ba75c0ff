"""Which GPUs a worker has, from what the driver lists and what the environment lets CUDA show."""

import pytest

from worker.devices import LocalDevice, visible_gpus
from worker.gpus import Gpu

FIRST, SECOND, THIRD = "GPU-1a00", "GPU-1b00", "GPU-2c00"
GPUS = [
    Gpu(0, FIRST, "NVIDIA H100, 80GB", 80 * 1024**3),
    Gpu(1, SECOND, "NVIDIA H100", 80 * 1024**3),
    Gpu(2, THIRD, "NVIDIA Thor", None),
]


@pytest.mark.parametrize(
    ("visible", "uuids"),
    [
        (None, [FIRST, SECOND, THIRD]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("2, 0", [THIRD, FIRST]),
        ("GPU-1b,2", [SECOND]),
        ("GPU-1b,GPU-2c", [SECOND, THIRD]),
        ("2,GPU-1b", [THIRD]),
        ("1,7,2", [SECOND]),
        ("GPU-1,0", []),
        ("1,1,0", []),
    ],
)
def test_gpus_are_those_that_cuda_shows_to_a_rank(visible: str | None, uuids: list[str]) -> None:
    visible_devices = visible_gpus(GPUS, visible)
    assert [device.uuid for device in visible_devices] == uuids
    assert [device.name for device in visible_devices] == [f"cuda:{number}" for number in range(len(uuids))]


def test_a_gpu_is_told_with_its_name_and_memory() -> None:
    assert visible_gpus(GPUS, "0,2") == [
        LocalDevice("cuda:0", "NVIDIA H100, 80GB", 80 * 1024**3, FIRST),
        LocalDevice("cuda:1", "NVIDIA Thor", None, THIRD),
    ]


def test_an_instance_of_a_divided_gpu_is_one_device() -> None:
    assert visible_gpus(GPUS, "MIG-0a,MIG-0b") == [LocalDevice("cuda:0", "MIG-0a")]
