"""Every cleaning step and augmentation of the listing: two ranks compute what one does, a paused run goes on exactly,
and what was trained is exported and proved on the same rows. What leaves rows out, on every task that it takes; what
changes values, which knows of no task, on one, so that all of them come round.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.trainer import dirty, exactness, mixed, samples
from tests.trainer.attempts import Warm
from trainer import catalog, report
from trainer.attempt import events
from trainer.catalog import listing
from trainer.errors import TrainerError
from trainer.packaging import package
from trainer.proving import export, sources
from trainer.proving.proof import Proof
from trainer.sentences import filled
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft

FEATURES = {"cleaning": ["size", "colour", "note"], "augmentation": ["size", "picture", "note"]}
FIELDS: dict[str, dict[str, Any]] = {"drop_rare_classes": {"rows": 13}, "fill_missing": {"by": "most_frequent"}}
COMMON: dict[str, Any] = {"batch_size": 16, "exporters": [], "seed": 3, "model": mixed.small("fusion")}


def takes(spec: dict[str, Any]) -> bool:
    parsed = parse(spec, "train")
    assert isinstance(parsed, TrainDraft)
    try:
        parsed.resolved(dirty.prepared().summary)
    except TrainerError:
        return False
    return True


def specs() -> list[Any]:
    params = []
    for family, features in FEATURES.items():
        for place, (name, entry) in enumerate(listing(family).items()):
            fitting = [
                (task, spec)
                for task, fields in dirty.TASKS.items()
                if takes(
                    spec := {
                        "task": {"name": task, **fields, "features": features},
                        family: [{"name": name, **FIELDS.get(name, {})}],
                    }
                )
            ]
            chosen = fitting if hasattr(entry.module, "rows") else [fitting[place % len(fitting)]]
            params += [pytest.param({**COMMON, **spec}, id=f"{name}-{task}") for task, spec in chosen]
    return params


def name_of(spec: dict[str, Any]) -> str:
    (step,) = spec.get("cleaning") or spec["augmentation"]
    return str(step["name"])


SPECS = specs()
PROVED = {name_of(param.values[0]): param.values[0]["task"]["name"] for param in SPECS}  # a task of each step


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dirty.write(tmp_path_factory.mktemp("dirty") / "prepared.safetensors", times=12)


def test_every_step_has_a_task_that_it_takes() -> None:
    assert PROVED.keys() == {*listing("cleaning"), *listing("augmentation")}


@pytest.mark.parametrize("spec", SPECS)
def test_two_ranks_compute_what_one_does(spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path) -> None:
    still = {**spec, "epochs": 2, "model": mixed.without_dropout("fusion")}
    exactness.require_alike_for_two_ranks(warm, still, prepared, tmp_path)


@pytest.mark.parametrize("spec", SPECS)
def test_a_run_that_was_paused_goes_on_exactly_and_is_judged_on_the_same_rows(
    spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path
) -> None:
    last = exactness.require_exact_resume(warm, {**spec, "epochs": 20}, prepared, tmp_path)
    source = sources.open_source(last.folder / "out" / "model.safetensors", "torch")
    proof = Proof.prepare(source, prepared, tmp_path)
    assert proof.scores["Rows"] == report.parse(last.report).value("test/rows")
    if spec["task"]["name"] == PROVED[name_of(spec)]:
        result = export.make(catalog.default("exporters", "torchscript"), source, proof, tmp_path / "made")
        assert result.report.status == "proved", result.report


def test_what_was_cleaned_is_reported_and_goes_with_the_model(prepared: Path, tmp_path: Path) -> None:
    """Compression and the card see the classes and rows of the training."""
    names = ["drop_duplicates", "fold_labels", "drop_rare_classes", "fill_missing", "clip_outliers"]
    steps = [{"name": name, **FIELDS.get(name, {})} for name in names]
    spec = {**COMMON, "task": {"name": "classification", **dirty.TASKS["classification"]}, "cleaning": steps}
    spec |= {"augmentation": [{"name": "flip"}], "epochs": 2}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    results = report.parse(done.report)
    assert results.value("cleaning/duplicates") == 12
    assert results.value("cleaning/joined_classes") == 1
    assert results.value("cleaning/rare_classes") == 1  # emu, in each of twelve times the only one
    messages = [filled(log.message, log.params) for log in done[events.Log]]
    assert "12 duplicate rows were left out." in messages
    assert any(message.startswith("“Fill gaps” changed ") for message in messages)
    (table,) = (block for block in results.blocks if isinstance(block, report.Table) and "cleaning" in block.title)
    assert ("Fill gaps", "size") in [row[:2] for row in table.rows]
    inputs = {"prepared": prepared, "model": done.output("model.safetensors")}
    config, _state = package.load(inputs["model"])
    assert package.task(config).facts() == [("Classes", ("cat", "dog"))]
    smaller = samples.attempt(tmp_path / "compress", "compress", {"stages": [{"name": "quantize_int8"}]}, inputs)
    rows = smaller.report["stages"][0]["metric"]
    assert rows["value"] == pytest.approx(results.value("test/accuracy"))
