"""Every task and every model of the listing: two ranks compute what one does, and a paused run goes on exactly."""

from pathlib import Path
from typing import Any

import pytest

from tests.trainer import exactness, mixed
from tests.trainer.attempts import Warm
from trainer.catalog import listing

SPECS = [pytest.param(spec, id=name) for name, spec in mixed.specs()]
COMMON: dict[str, Any] = {"epochs": 3, "batch_size": 32, "exporters": []}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed.write(tmp_path_factory.mktemp("mixed") / "prepared.safetensors", rows=200)


def test_every_task_has_something_to_tell_and_every_model_is_asked() -> None:
    assert mixed.TASKS.keys() == listing("tasks").keys()
    specs = [spec for _, spec in mixed.specs()]
    assert {spec["task"]["name"] for spec in specs} == set(mixed.TASKS)
    assert {spec["model"]["name"] for spec in specs} == set(listing("models"))


@pytest.mark.parametrize("spec", SPECS)
def test_two_ranks_compute_what_one_does(spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path) -> None:
    still = {**COMMON, **spec, "model": mixed.without_dropout(spec["model"]["name"])}
    exactness.require_alike_for_two_ranks(warm, still, prepared, tmp_path)


@pytest.mark.parametrize("spec", SPECS)
def test_a_run_that_was_paused_goes_on_exactly(
    spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path
) -> None:
    exactness.require_exact_resume(warm, {**COMMON, **spec, "epochs": 20}, prepared, tmp_path)
