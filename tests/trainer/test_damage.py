"""Damage to what a run reads: found wherever a bit is flipped, named, and never taken for anything else."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests import pictures
from tests.trainer.attempts import Attempt, Warm, children, steps_done, wait_until, write_images, write_job, write_table
from trainer import checked
from trainer.attempt import events
from trainer.attempt.job import DAMAGED, PAUSE, PEER_LOST, command
from trainer.data.prepared import Prepared
from trainer.errors import CheckpointError, DamagedError, TrainerError
from trainer.packaging import tensorfile
from trainer.training import checkpoint

SPEC: dict[str, Any] = {"model": {"name": "cnn", "channels": [4], "hidden": [8]}, "batch_size": 32, "epochs": 3}
ENDLESS = {**SPEC, "epochs": 50_000, "checkpoint_seconds": 0.05}


def flip(path: Path, bit: int) -> None:
    """Change one bit in place; the file's time stamp stays."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ (1 << bit % 8)]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_bit_that_is_flipped_anywhere_in_a_checkpoint_is_found(warm: Warm, images: Path, tmp_path: Path) -> None:
    attempt = warm.run(write_job(tmp_path / "run", {**SPEC, "checkpoint_seconds": 0.0}, images))
    assert attempt.last_checkpoint is not None
    (copy := tmp_path / "copy").write_bytes(attempt.last_checkpoint.read_bytes())
    assert checkpoint.read(copy).step == checkpoint.read(attempt.last_checkpoint).step
    size = copy.stat().st_size
    header = 8 * (8 + int.from_bytes(copy.read_bytes()[:8], "little"))
    dice = random.Random(0)
    for bit in (*dice.sample(range(header), 150), *dice.sample(range(header, 8 * size), 150), 8 * size - 1):
        flip(copy, bit)
        with pytest.raises(CheckpointError):
            checkpoint.read(copy)
        flip(copy, bit)
    assert checkpoint.read(copy).step > 0


@pytest.mark.parametrize(
    "tensors",
    [
        {"empty": torch.empty(0, 3), "scalar": torch.tensor(2.5), "half": torch.ones(3, dtype=torch.bfloat16)},
        {
            "flags": torch.tensor([True, False]),
            "laid out": torch.ones(2, 3, 4, 4).to(memory_format=torch.channels_last),
        },
    ],
)
def test_tensors_of_any_kind_come_back_as_they_were(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    tensorfile.write(tmp_path / "file", tensors, "text é")
    text, loaded = tensorfile.read(tmp_path / "file")
    assert text == "text é"
    for name, tensor in tensors.items():
        assert torch.equal(loaded[name], tensor) and loaded[name].dtype == tensor.dtype
    assert loaded.keys() == tensors.keys()


def test_a_file_of_tensors_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.ones(3)}, tmp_path / "file", {"trainyard": "{}"})
    with pytest.raises(tensorfile.TensorFileError):
        tensorfile.read(tmp_path / "file")


@pytest.mark.parametrize("ranks", [1, 2])
def test_training_on_damaged_data_ends_with_the_name_of_the_file_and_leaves_nothing(
    warm: Warm, tmp_path: Path, ranks: int
) -> None:
    prepared = write_images(tmp_path / "prepared.safetensors")
    folder = write_job(tmp_path / "run", {**SPEC, "ranks": ranks, "checkpoint_seconds": 0.0}, prepared)
    flip(prepared, 8 * prepared.stat().st_size - 3000)
    attempt = warm.run(folder)
    assert attempt.ended is not None, attempt.logs
    assert (attempt.ended.outcome, attempt.ended.code) == ("failed", DamagedError.CODE)
    assert attempt.ended.params == {"file": "prepared.safetensors"}
    assert not [event for event in attempt.events if isinstance(event, events.Checkpoint | events.Output)]
    assert attempt.exits[0] == DAMAGED
    assert all(code in (PEER_LOST, -signal.SIGTERM) for code in attempt.exits[1:])


def damage_header(path: Path) -> None:
    flip(path, 8 * 12)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def damage_labels(path: Path) -> None:
    """A class that does not exist, which training would trip over."""
    header = 8 + int.from_bytes(path.read_bytes()[:8], "little")
    flip(path, 8 * (header + 5) + 1)


@pytest.mark.parametrize("damage", [damage_header, cut_off, damage_labels])
def test_damage_that_training_trips_over_is_told_as_damage(
    warm: Warm, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    prepared = write_images(tmp_path / "prepared.safetensors")
    folder = write_job(tmp_path / "run", {**SPEC, "ranks": 2}, prepared)
    damage(prepared)
    attempt = warm.run(folder)
    assert attempt.ended is not None, attempt.logs
    assert attempt.ended.code == DamagedError.CODE, attempt.ended


def test_a_pause_waits_until_the_data_are_known_to_be_whole(warm: Warm, tmp_path: Path) -> None:
    prepared = write_images(tmp_path / "prepared.safetensors")
    folder = write_job(tmp_path / "run", ENDLESS, prepared)
    launcher = warm.start(folder)
    wait_until(lambda: steps_done(folder) > 3, "step 3")
    assert len(children(launcher)) == 1
    command(folder, PAUSE)
    warm.wait(folder)
    paused = Attempt.read(folder)
    assert paused.ended is not None
    assert (paused.ended.outcome, paused.last_checkpoint is not None) == ("paused", True)


def test_a_check_that_is_given_up_ends_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    check = checked.Check(path, "0" * 64, "prepared")
    assert not check.has_passed(wait=False)
    check.abandon()
    check.join(5)
    assert not check.is_alive()


def test_prepared_data_are_checked_beside_the_work_and_behind_it(tmp_path: Path) -> None:
    prepared = write_images(tmp_path / "prepared.safetensors")
    right = checked.sha256(prepared)
    with Prepared.open(prepared).checking(right):
        pass
    flip(prepared, 8 * prepared.stat().st_size - 1)
    opened = Prepared.open(prepared)
    with pytest.raises(DamagedError), opened.checking(right):
        assert pictures.labels(opened).dtype == np.int32
    with pytest.raises(DamagedError), opened.checking(right):
        raise IndexError("what damaged data bring about")
    with pytest.raises(DamagedError), opened.checking(right):
        raise TrainerError("loss_not_finite", "What else damaged data bring about.")
    with pytest.raises(DamagedError), opened.checking(right, beside=False):
        raise ValueError("as another rank meets it")
    with opened.checking(right, beside=False):
        pass  # another rank leaves it to the first
    with pytest.raises(KeyError), Prepared.open(prepared).checking(checked.sha256(prepared)):
        raise KeyError("what has another cause")


def test_data_that_cannot_be_read_are_told_as_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        Prepared.open(tmp_path / "gone", "0" * 64)
    with pytest.raises(DamagedError):
        checked.require(tmp_path, "0" * 64, "model")
    with pytest.raises(FileNotFoundError):
        Prepared.open(tmp_path / "gone")


def test_numbers_that_damage_made_infinite_are_not_taken_for_a_wrong_learning_rate(warm: Warm, tmp_path: Path) -> None:
    random_numbers = np.random.default_rng(0).normal(size=(300, 3))
    prepared = write_table(tmp_path / "prepared.safetensors", random_numbers, np.empty((300, 0), np.int32))
    spec = {"model": {"name": "mlp"}, "task": {"name": "regression", "target": "n0"}, "epochs": 3}
    folder = write_job(tmp_path / "run", spec, prepared)
    start = 8 + int.from_bytes(prepared.read_bytes()[:8], "little")
    with prepared.open("r+b") as file:
        file.seek(start)
        file.write(np.full(300, np.inf).tobytes())
    attempt = warm.run(folder)
    assert attempt.ended is not None, attempt.logs
    assert attempt.ended.code == DamagedError.CODE, attempt.ended
