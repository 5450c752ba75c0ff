"""How attempts end when something is wrong, and what is kept."""

import json
import math
import os
import resource
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.attempts import (
    Attempt,
    Warm,
    alive,
    children,
    kill,
    steps_done,
    wait_until,
    warm_process,
    write_images,
    write_job,
    write_table,
)
from trainer import report
from trainer.attempt import events
from trainer.attempt.job import DISK_FULL, PEER_LOST
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.specs.train import TrainDraft
from trainer.training import checkpoint
from trainer.training.parallel import Ranks

SPEC: dict[str, Any] = {"model": {"name": "cnn", "channels": [4], "hidden": [8]}, "batch_size": 32, "epochs": 10}
ENDLESS = {**SPEC, "epochs": 50_000, "checkpoint_seconds": 0.05}
DIVERGING = {
    **SPEC,
    "optimizer": {"name": "sgd", "learning_rate": 100.0},
    "task": {"name": "regression", "target": "n0"},
    "model": {"name": "mlp", "hidden": [8, 8, 8]},
}


def half_written(folder: Path) -> list[Path]:
    return list(folder.glob("checkpoints/*.part"))


def cut_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flip_in_header(content: bytes) -> bytes:
    return content.replace(b"trainyard", b"trainyarD", 1)


def flip_in_random_state(content: bytes) -> bytes:
    """Of the words of the generator's state the first that may not have every value is the fourth."""
    header = 8 + int.from_bytes(content[:8], "little")
    start = header + json.loads(content[8:header])["random.0"]["data_offsets"][0] + 10
    return content[:start] + bytes([content[start] ^ 255]) + content[start + 1 :]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    return write_table(tmp_path / "table.safetensors", random.normal(size=(300, 4)), random.integers(0, 3, (300, 1)))


@pytest.mark.fault
def test_all_exit_codes_tell_which_rank_was_killed(warm: Warm, images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "run", {**ENDLESS, "ranks": 2}, images)
    launcher = warm.start(folder)
    wait_until(lambda: steps_done(folder) > 3, "step 3")
    kill(children(launcher)[1])
    warm.wait(folder)
    attempt = Attempt.read(folder)
    assert attempt.ended is None
    assert attempt.exits[1] == -signal.SIGKILL
    assert attempt.exits[0] in (PEER_LOST, -signal.SIGTERM)


@pytest.mark.fault
def test_a_killed_launcher_leaves_no_rank(warm: Warm, images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "run", {**ENDLESS, "ranks": 2}, images)
    launcher = warm.start(folder)
    wait_until(lambda: steps_done(folder) > 3, "step 3")
    ranks = children(launcher)
    assert len(ranks) >= 2
    kill(launcher)
    warm.wait(folder)
    wait_until(lambda: not any(alive(rank) for rank in ranks), "the ranks to die", 5)


@pytest.mark.fault
@pytest.mark.parametrize("how", ["the socket closes", "it is killed"])
def test_nothing_outlives_the_warm_process(images: Path, tmp_path: Path, how: str) -> None:
    folder = write_job(tmp_path / "run", {**ENDLESS, "ranks": 2}, images)
    with warm_process() as warm:
        launcher = warm.start(folder)
        wait_until(lambda: steps_done(folder) > 3, "step 3")
        processes = [launcher, *children(launcher)]
        assert len(processes) >= 3
        if how == "it is killed":
            warm.process.kill()
        else:
            warm.connection.shutdown(2)
        wait_until(lambda: not any(alive(process) for process in processes), "all to die", 5)


def test_a_terminated_launcher_ends_its_ranks_and_says_so(warm: Warm, images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "run", {**ENDLESS, "ranks": 2}, images)
    launcher = warm.start(folder)
    wait_until(lambda: steps_done(folder) > 3, "step 3")
    os.kill(launcher, signal.SIGTERM)
    warm.wait(folder)
    assert Attempt.read(folder).exits == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_loss_that_is_not_finite_stops_the_run_and_is_kept_as_it_is(warm: Warm, table: Path, tmp_path: Path) -> None:
    attempt = warm.run(write_job(tmp_path / "run", {**DIVERGING, "ranks": 2}, table))
    assert attempt.ended is not None, attempt.logs
    assert (attempt.ended.outcome, attempt.ended.code) == ("failed", "loss_not_finite")
    step, value = attempt.values("train/loss")[-1]
    assert not math.isfinite(value)
    assert attempt.ended.params["step"] == step
    assert attempt.exits == [0, 0]


@pytest.mark.parametrize("choice", ["skip", "continue"])
def test_a_loss_that_is_not_finite_can_be_skipped_or_ignored(
    warm: Warm, table: Path, tmp_path: Path, choice: str
) -> None:
    attempt = warm.run(write_job(tmp_path / "run", {**DIVERGING, "nonfinite": choice, "ranks": 2}, table))
    assert attempt.ended is not None, attempt.logs
    assert attempt.ended.outcome == "succeeded"
    assert any(isinstance(event, events.Log) and event.level == "warning" for event in attempt.events)
    assert len(attempt.values("train/loss")) == 80


@pytest.mark.fault
def test_a_full_disk_pauses_the_run_and_keeps_the_older_checkpoint(warm: Warm, images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "run", ENDLESS, images)
    launcher = warm.start(folder)
    wait_until(lambda: list((folder / "checkpoints").glob("step-*.safetensors")), "a checkpoint")
    wait_until(lambda: steps_done(folder) > 3, "step 3")
    (rank,) = children(launcher)
    size = next((folder / "checkpoints").glob("step-*.safetensors")).stat().st_size
    limit = max(size - 1, 0)  # a checkpoint no longer fits; neither does the journal, when it has grown beyond that
    resource.prlimit(rank, resource.RLIMIT_FSIZE, (limit, limit))
    warm.wait(folder)
    attempt = Attempt.read(folder)
    assert attempt.exits == [DISK_FULL]
    if attempt.ended is not None:
        assert (attempt.ended.outcome, attempt.ended.code) == ("paused", "disk_full")
    checkpoints = checkpoint.list_newest_first(folder / "checkpoints")
    assert checkpoints
    assert checkpoint.read(checkpoints[0]).step > 0
    assert not list((folder / "checkpoints").glob("*.part"))


@pytest.mark.fault
def test_a_torn_checkpoint_is_never_offered(warm: Warm, images: Path, tmp_path: Path) -> None:
    spec = {**ENDLESS, "checkpoint_seconds": 0.0, "model": {"name": "cnn", "channels": [4], "hidden": [4096]}}
    for number in range(3):
        folder = write_job(tmp_path / f"run{number}", spec, images)
        launcher = warm.start(folder)
        wait_until(partial(half_written, folder), "a checkpoint half written")
        kill(children(launcher)[0])
        warm.wait(folder)
        offered = Attempt.read(folder).last_checkpoint
        for path in checkpoint.list_newest_first(folder / "checkpoints"):
            assert checkpoint.read(path).step > 0
        assert offered is None or offered.exists()


@pytest.mark.fault
def test_a_rank_that_hangs_is_noticed_by_the_others(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINYARD_PEER_SECONDS", "2")
    with warm_process() as warm:
        folder = write_job(tmp_path / "run", {**ENDLESS, "ranks": 2}, images)
        launcher = warm.start(folder)
        wait_until(lambda: steps_done(folder) > 3, "step 3")
        os.kill(children(launcher)[1], signal.SIGSTOP)
        warm.wait(folder)
    assert Attempt.read(folder).exits[0] == PEER_LOST


def test_a_checkpoint_of_another_model_is_refused(warm: Warm, images: Path, tmp_path: Path) -> None:
    done = warm.run(write_job(tmp_path / "first", {**SPEC, "checkpoint_seconds": 0.0}, images))
    other = {**SPEC, "model": {"name": "cnn", "channels": [5], "hidden": [8]}}
    refused = warm.run(write_job(tmp_path / "second", other, images, attempt=2, resume=done.last_checkpoint))
    assert refused.ended is not None, refused.logs
    assert refused.ended.code == "checkpoint_of_another_model"
    assert "weights of another model: " in refused.logs


@pytest.mark.parametrize("damage", [cut_off, flip_in_header, flip_in_random_state])
def test_a_damaged_checkpoint_is_said_to_be_damaged_and_the_log_tells_how(
    warm: Warm, images: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    done = warm.run(write_job(tmp_path / "first", {**SPEC, "checkpoint_seconds": 0.0}, images))
    assert done.last_checkpoint is not None
    (damaged := tmp_path / "step-0000000001.safetensors").write_bytes(damage(done.last_checkpoint.read_bytes()))
    refused = warm.run(write_job(tmp_path / "run", SPEC, images, attempt=2, resume=damaged))
    assert refused.ended is not None, refused.logs
    assert refused.ended.code == "checkpoint_damaged"
    assert "Error: " in refused.logs


def test_want_of_memory_is_not_taken_for_a_damaged_checkpoint() -> None:
    with pytest.raises(RuntimeError, match="memory"), checkpoint.refusing_what_is_damaged():
        torch.empty(1 << 60)


def test_where_no_epoch_can_be_judged_the_last_one_is_kept(warm: Warm, tmp_path: Path) -> None:
    path, numbers = tmp_path / "table.safetensors", np.random.default_rng(0).normal(size=(300, 3))
    spec = {"model": {"name": "mlp"}, "task": {"name": "regression", "target": "n0"}, "epochs": 3}
    prepared = Prepared.open(write_table(path, numbers, np.empty((300, 0), np.int32)))
    judged = rows.read(TrainDraft.model_validate(spec).resolved(prepared.summary), prepared).parts.validation
    numbers[judged[0], 0] = (
        1e300  # a target that no float32 holds, as in data that were imported before such cells were taken out
    )
    attempt = warm.run(write_job(tmp_path / "run", spec, write_table(path, numbers, np.empty((300, 0), np.int32))))
    assert not any(math.isfinite(loss) for _, loss in attempt.values("validation/loss"))
    assert report.parse(attempt.report).value("best_epoch") == 3


def test_fewer_rows_than_ranks_is_a_sentence(warm: Warm, tmp_path: Path) -> None:
    images = write_images(tmp_path / "few.safetensors", rows=6, classes=2)
    attempt = warm.run(write_job(tmp_path / "run", {**SPEC, "ranks": 3}, images))
    assert attempt.ended is not None, attempt.logs
    assert attempt.ended.code == "fewer_rows_than_ranks"
    assert attempt.exits == [0, 0, 0]


def test_one_rank_has_no_process_group() -> None:
    assert Ranks().count == 1
