"""Every compressor makes of a small model another one that answers, in as many steps as it says."""

from pathlib import Path

import numpy as np
import pytest

from tests.trainer import samples
from tests.trainer.attempts import write_table
from trainer.attempt import events
from trainer.catalog import Entry, listing
from trainer.compressors import CompressorSpec
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.proving import answering

COMPRESSORS = listing("compressors")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two classes far from each other, and a model that tells them apart: no compression should lose that."""
    folder = tmp_path_factory.mktemp("trained")
    classes = np.arange(200) % 2
    numbers = np.random.default_rng(0).normal(4.0 * classes[:, None] - 2.0, 0.2, (200, 3))
    prepared = write_table(folder / "prepared.safetensors", numbers, classes[:, None], levels=2)
    spec = {"task": {"name": "classification", "target": "c0"}, "epochs": 5, "exporters": []}
    trained = samples.attempt(folder / "train", "train", spec, {"prepared": prepared})
    return {"prepared": prepared, "model": trained.output("model.safetensors")}


@pytest.mark.parametrize("entry", COMPRESSORS.values(), ids=COMPRESSORS)
def test_it_yields_a_model_that_answers_in_the_steps_that_it_says(
    entry: Entry, inputs: dict[str, Path], tmp_path: Path
) -> None:
    done = samples.attempt(tmp_path / "run", "compress", {"stages": [{"name": entry.name}]}, inputs)
    assert done.report["stages"][-1]["status"] == "done", done.report["stages"][-1]
    (output,) = done[events.Output]
    assert output.meta["form"] == entry.spec.yields

    config, _ = package.load(inputs["model"])
    data = rows.of_model(config, Prepared.open(inputs["prepared"]))
    run = answering.model(done.folder / output.path, entry.spec.yields, 1)
    answers = run(answering.raw(data, data.parts.test))
    assert answers.shape == (len(data.parts.test), data.task.outputs)
    assert (data.task.decide(answers) == data.targets[data.parts.test]).all()

    (started,) = done[events.Started]
    assert done.ended.step == (started.total_steps if _trains(entry) else 0)
    assert bool(done[events.Point]) == _trains(entry)


def _trains(entry: Entry) -> bool:
    spec = entry.spec()
    assert isinstance(spec, CompressorSpec)
    return spec.training() is not None
