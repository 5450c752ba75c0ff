"""Every task of the listing with every model: two ranks compute what one does, and a paused run goes on exactly."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.trainer import mixed
from tests.trainer.attempts import Attempt, Warm, curve, steps_done, wait_until, write_job
from trainer.attempt import job
from trainer.catalog import listing

SPECS = [pytest.param(spec, id=name) for name, spec in mixed.specs()]
COMMON: dict[str, Any] = {"epochs": 3, "batch_size": 32, "exporters": []}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed.write(tmp_path_factory.mktemp("mixed") / "prepared.safetensors", rows=200)


def test_every_task_has_something_to_tell() -> None:
    assert mixed.TASKS.keys() == listing("tasks").keys()


def ended(attempt: Attempt) -> Attempt:
    assert attempt.ended is not None, attempt.logs
    assert attempt.ended.outcome == "succeeded", attempt.ended
    return attempt


@pytest.mark.parametrize("spec", SPECS)
def test_two_ranks_compute_what_one_does(spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path) -> None:
    still = {**COMMON, **spec, "model": mixed.without_dropout(spec["model"]["name"]), "precision": "float64"}
    one, two = (
        ended(warm.run(write_job(tmp_path / f"ranks{ranks}", {**still, "ranks": ranks}, prepared))) for ranks in (1, 2)
    )
    names = {
        name
        for event in one.events
        for name in getattr(event, "names", ())
        if name.startswith(("train/", "validation/"))
    }
    assert len(names) >= 4
    for name in names:
        expected, found = one.values(name), two.values(name)
        assert [step for step, _ in found] == [step for step, _ in expected]
        assert [value for _, value in found] == pytest.approx([value for _, value in expected], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("spec", SPECS)
def test_a_run_that_was_paused_goes_on_exactly(
    spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path
) -> None:
    fields = {**COMMON, **spec, "epochs": 20}
    reference = ended(warm.run(write_job(tmp_path / "reference", fields, prepared)))
    folder = write_job(tmp_path / "paused", fields, prepared)
    warm.start(folder)
    wait_until(partial(_has_done, folder, 5), "some steps")
    job.command(folder, job.PAUSE)
    warm.wait(folder)
    paused = Attempt.read(folder)
    assert paused.ended is not None and paused.ended.outcome == "paused", paused.logs
    last = ended(warm.run(write_job(tmp_path / "last", fields, prepared, attempt=2, resume=paused.last_checkpoint)))
    assert _weights(last) == _weights(reference)
    assert curve([paused, last]) == curve([reference])


def _has_done(folder: Path, step: int) -> bool:
    return steps_done(folder) >= step


def _weights(attempt: Attempt) -> str:
    return hashlib.sha256((attempt.folder / "out" / "model.safetensors").read_bytes()).hexdigest()
