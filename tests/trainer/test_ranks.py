"""Any number of ranks computes what one rank computes."""

from pathlib import Path
from typing import Any

import pytest

from tests.trainer.attempts import Warm, write_images, write_job
from trainer.attempt import job

# 250 rows leave 200 to train on: batches of 64, the last of 8; 50 steps are 12.5 epochs.
SPEC: dict[str, Any] = {
    "model": {"name": "cnn", "channels": [4, 8], "hidden": [16], "dropout": 0.0},
    "batch_size": 64,
    "epochs": 13,
    "precision": "float64",
    "split": {"validation": 0.1, "test": 0.1},
}
# 60 MB of gradients: three buckets.
WIDE = {
    **SPEC,
    "model": {**SPEC["model"], "hidden": [1900, 1900, 1900]},
    "epochs": 1,
    "optimizer": {"name": "sgd", "momentum": 0.0},
}


@pytest.mark.parametrize("ranks", [2, 3])
def test_every_loss_equals_that_of_one_rank(warm: Warm, tmp_path: Path, ranks: int) -> None:
    images = write_images(tmp_path / "prepared.safetensors", rows=250, classes=2)
    one, many = (
        warm.run(write_job(tmp_path / f"ranks{count}", {**SPEC, "ranks": count}, images)) for count in (1, ranks)
    )
    assert one.ended is not None, one.logs
    assert many.ended is not None, many.logs
    for metric in ("train/loss", "train/accuracy", "validation/loss"):
        expected, actual = one.values(metric), many.values(metric)
        assert [step for step, _ in actual] == [step for step, _ in expected]
        assert [value for _, value in actual] == pytest.approx([value for _, value in expected], rel=1e-4)
    losses = [value for _, value in one.values("train/loss")]
    assert len(losses) >= 50
    assert min(losses[40:50]) <= 0.9 * losses[0]


def test_a_schedule_that_follows_the_loss_falls_at_the_same_steps(warm: Warm, tmp_path: Path) -> None:
    images = write_images(tmp_path / "prepared.safetensors", rows=250, classes=2)
    spec = {
        **SPEC,
        "optimizer": {"name": "sgd", "weight_decay": 0.01, "decay_biases": False},
        "schedule": {"name": "plateau", "patience": 0, "threshold": 0.05},
    }
    one, two = (warm.run(write_job(tmp_path / f"ranks{count}", {**spec, "ranks": count}, images)) for count in (1, 2))
    assert two.values("learning_rate") == one.values("learning_rate"), two.logs
    assert len({rate for _, rate in one.values("learning_rate")}) > 2
    assert [value for _, value in two.values("train/loss")] == pytest.approx(
        [value for _, value in one.values("train/loss")], rel=1e-4
    )


def test_a_last_batch_smaller_than_the_ranks_counts_each_row_once(warm: Warm, tmp_path: Path) -> None:
    images = write_images(tmp_path / "prepared.safetensors", rows=240, classes=3)  # 192 to train on
    spec = {**SPEC, "batch_size": 191, "epochs": 6}
    one, three = (warm.run(write_job(tmp_path / f"ranks{count}", {**spec, "ranks": count}, images)) for count in (1, 3))
    assert three.ended is not None, three.logs
    assert three.ended.outcome == "succeeded"
    assert [value for _, value in three.values("train/loss")] == pytest.approx(
        [value for _, value in one.values("train/loss")], rel=1e-4
    )


def test_the_numbers_of_a_step_are_summed_where_gradients_travel_in_several_buckets(warm: Warm, tmp_path: Path) -> None:
    images = write_images(tmp_path / "prepared.safetensors", rows=250, classes=2)
    one, two = (warm.run(write_job(tmp_path / f"ranks{count}", {**WIDE, "ranks": count}, images)) for count in (1, 2))
    for metric in ("train/loss", "train/accuracy", "validation/loss"):
        expected, actual = one.values(metric), two.values(metric)
        assert [step for step, _ in actual] == [step for step, _ in expected], two.logs
        assert [value for _, value in actual] == pytest.approx([value for _, value in expected], rel=1e-4)
    assert len(two.values("train/loss")) == 4


def test_every_rank_heeds_a_command_where_gradients_travel_in_several_buckets(warm: Warm, tmp_path: Path) -> None:
    images = write_images(tmp_path / "prepared.safetensors", rows=250, classes=2)
    folder = write_job(tmp_path / "run", {**WIDE, "ranks": 2}, images)
    job.command(folder, job.STOP)
    done = warm.run(folder)
    assert done.exits == [0, 0], done.logs
    assert done.ended is not None
    assert (done.ended.outcome, done.ended.step) == ("stopped", 1)
