"""A run that was killed any number of times ends as the one that was not."""

import hashlib
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.trainer import samples
from tests.trainer.attempts import Attempt, Warm, children, curve, kill, steps_done, wait_until, write_job
from trainer import report
from trainer.attempt import events, job
from trainer.training import loop

SPEC: dict[str, Any] = {
    "model": {"name": "cnn", "channels": [4, 8], "hidden": [16], "dropout": 0.3},
    "batch_size": 32,
    "epochs": 40,
    "optimizer": {"name": "adamw"},
    "schedule": {"name": "cosine"},
    "checkpoint_seconds": 0.05,
}
TOTAL_STEPS = 8 * 40  # 240 training rows


def has_done(folder: Path, step: int) -> bool:
    return steps_done(folder) >= step


def weights(attempt: Attempt) -> str:
    return hashlib.sha256((attempt.folder / "out" / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.fault
@pytest.mark.parametrize("ranks", [1, 2])
def test_five_kills_at_random_steps_change_nothing(warm: Warm, images: Path, tmp_path: Path, ranks: int) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    spec = {**SPEC, "ranks": ranks}
    reference = warm.run(write_job(tmp_path / "reference", spec, images))
    assert reference.ended is not None, reference.logs
    assert reference.ended.outcome == "succeeded"

    attempts: list[Attempt] = []
    resume: Path | None = None
    for number, step in enumerate(sorted(chance.sample(range(1, TOTAL_STEPS - 40), 5)), start=1):
        folder = write_job(tmp_path / f"attempt{number}", spec, images, attempt=number, resume=resume)
        launcher = warm.start(folder)
        wait_until(partial(has_done, folder, step), f"step {step}")
        kill(chance.choice([launcher, *children(launcher)]))
        warm.wait(folder)
        attempts.append(Attempt.read(folder))
        assert attempts[-1].ended is None, f"seed {seed}: {attempts[-1].ended}"
        resume = attempts[-1].last_checkpoint or resume
    last = warm.run(write_job(tmp_path / "last", spec, images, attempt=6, resume=resume))

    assert last.ended is not None, last.logs
    assert last.ended.outcome == "succeeded"
    assert isinstance(last.events[0], events.Rewind)
    assert weights(last) == weights(reference), f"seed {seed}"
    assert curve([*attempts, last]) == curve([reference]), f"seed {seed}"


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("order", [job.PAUSE, job.YIELD])
def test_a_paused_run_goes_on_without_repeating_a_step(
    warm: Warm, images: Path, tmp_path: Path, ranks: int, order: int
) -> None:
    reference, paused, resumed = whole_and_in_two_lives(warm, {**SPEC, "ranks": ranks}, order, images, tmp_path)
    assert paused.exits == [0] * ranks, paused.logs
    assert paused.ended is not None
    assert (paused.ended.outcome, paused.ended.code) == ("paused", "yielded" if order == job.YIELD else "")
    steps = [step for step, _ in paused.values("train/loss")]
    assert steps[-1] == paused.ended.step
    assert resumed.values("train/loss")[0][0] == paused.ended.step + 1
    assert weights(resumed) == weights(reference)
    assert curve([paused, resumed]) == curve([reference])


def whole_and_in_two_lives(
    warm: Warm, spec: dict[str, Any], order: int, images: Path, folder: Path
) -> tuple[Attempt, Attempt, Attempt]:
    """A run from beginning to end, and the two lives of one that ``order`` paused near step 20."""
    spec = {**spec, "checkpoint_seconds": 1000.0}
    reference = warm.run(write_job(folder / "reference", spec, images))
    first = write_job(folder / "paused", spec, images)
    warm.start(first)
    wait_until(lambda: steps_done(first) >= 20, "step 20")
    job.command(first, order)
    warm.wait(first)
    paused = Attempt.read(first)
    second = write_job(folder / "resumed", spec, images, attempt=2, resume=paused.last_checkpoint)
    return reference, paused, warm.run(second)


def test_what_a_schedule_has_seen_of_the_loss_outlives_a_pause(warm: Warm, images: Path, tmp_path: Path) -> None:
    optimizer = {"name": "sgd", "weight_decay": 0.01, "decay_biases": False}
    schedule = {"name": "plateau", "patience": 1, "threshold": 0.05, "reduction": 0.7, "warmup": 0.1}
    spec = {**SPEC, "ranks": 2, "optimizer": optimizer, "schedule": schedule}
    reference, paused, resumed = whole_and_in_two_lives(warm, spec, job.PAUSE, images, tmp_path)
    assert weights(resumed) == weights(reference)
    assert curve([paused, resumed]) == curve([reference])
    behind_the_warmup = [rate for step, rate in reference.values("learning_rate") if step > TOTAL_STEPS / 10]
    assert behind_the_warmup == sorted(behind_the_warmup, reverse=True)
    assert len(set(behind_the_warmup)) > 3


def test_a_stopped_run_has_all_that_a_finished_one_has(warm: Warm, images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "stopped", {**SPEC, "ranks": 2, "epochs": 2000}, images)
    warm.start(folder)
    wait_until(lambda: steps_done(folder) >= 13, "step 13")
    job.command(folder, job.STOP)
    warm.wait(folder)
    stopped = Attempt.read(folder)
    assert stopped.ended is not None, stopped.logs
    assert stopped.ended.outcome == "stopped"
    assert report.parse(stopped.report).value("test/rows") == 30
    assert weights(stopped)
    assert stopped.last_checkpoint is not None


def test_a_run_that_is_cut_off_in_its_evaluation_repeats_no_step(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LAST_SECONDS", 0.0)
    spec = {**SPEC, "epochs": 2, "checkpoint_seconds": 1000.0}
    samples.attempt(tmp_path / "first", "train", spec, {"prepared": images})
    first = Attempt.read(tmp_path / "first")
    samples.attempt(tmp_path / "second", "train", spec, {"prepared": images}, resume=first.last_checkpoint)
    second = Attempt.read(tmp_path / "second")
    assert second.values("train/loss") == []
    assert second.events[0] == events.Rewind(step=16)
    assert weights(second) == weights(first)


def test_a_run_that_took_no_time_writes_no_checkpoint(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LAST_SECONDS", 60.0)
    samples.attempt(
        tmp_path / "run", "train", {**SPEC, "epochs": 2, "checkpoint_seconds": 1000.0}, {"prepared": images}
    )
    assert Attempt.read(tmp_path / "run").last_checkpoint is None
