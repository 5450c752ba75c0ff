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
from trainer.cleaning import TextSpec
from trainer.errors import TrainerError
from trainer.packaging import package
from trainer.proving import export, sources
from trainer.proving.proof import Proof
from trainer.sentences import filled
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft

FEATURES = {"cleaning": ["size", "colour", "note"], "augmentation": ["size", "picture", "note"]}
FIELDS: dict[str, dict[str, Any]] = {"drop_rare_classes": {"rows": 13}, "fill_missing": {"by": "most_frequent"}}
MODEL = mixed.small("fusion")
COMMON: dict[str, Any] = {"batch_size": 16, "exporters": [], "seed": 3}


def takes(spec: dict[str, Any]) -> bool:
    parsed = parse(spec, "train")
    assert isinstance(parsed, TrainDraft)
    try:
        parsed.resolved(dirty.prepared().summary)
    except TrainerError:
        return False
    return True


def groups(family: str) -> list[list[str]]:
    """The names of steps that are looked at together: what changes texts before they are cut, or values of a layout
    while training, is one function behind another. All else alone.
    """
    by_key: dict[Any, list[str]] = {}
    for name, entry in listing(family).items():
        key = TextSpec if issubclass(entry.spec, TextSpec) else getattr(entry.spec, "layouts", name)
        by_key.setdefault(key, []).append(name)
    return list(by_key.values())


def specs() -> list[Any]:
    params = []
    for family, features in FEATURES.items():
        for place, names in enumerate(groups(family)):
            steps = [{"name": name, **FIELDS.get(name, {})} for name in names]
            fitting = [
                (task, spec)
                for task, fields in dirty.TASKS.items()
                if takes(spec := {"task": {"name": task, **fields, "features": features}, family: steps})
            ]
            leaves_out = any(hasattr(listing(family)[name].module, "rows") for name in names)
            chosen = fitting if leaves_out else [fitting[place % len(fitting)]]
            params += [pytest.param({**COMMON, **spec}, id=f"{'-'.join(names)}-{task}") for task, spec in chosen]
    return params


def names_of(spec: dict[str, Any]) -> tuple[str, ...]:
    return tuple(step["name"] for step in spec.get("cleaning") or spec["augmentation"])


def form_of(spec: dict[str, Any]) -> str:
    """A script where a step ends in the exported graph; else the form that is proved soonest."""
    entries = [listing("cleaning")[step["name"]] for step in spec.get("cleaning", ())]
    ends_in_graph = any(hasattr(one.module, "change") and not issubclass(one.spec, TextSpec) for one in entries)
    return "torchscript" if ends_in_graph else "safetensors"


SPECS = specs()
PROVED = {names_of(param.values[0]): param.values[0]["task"]["name"] for param in SPECS}  # a task of each


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dirty.write(tmp_path_factory.mktemp("dirty") / "prepared.safetensors", times=12)


def test_every_step_has_a_task_that_it_takes() -> None:
    assert sorted(name for names in PROVED for name in names) == sorted(
        [*listing("cleaning"), *listing("augmentation")]
    )


@pytest.mark.parametrize("spec", SPECS)
def test_two_ranks_compute_what_one_does(spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path) -> None:
    still = {**spec, "epochs": 2, "model": mixed.without_dropout("fusion")}
    exactness.require_alike_for_two_ranks(warm, still, prepared, tmp_path)


@pytest.mark.parametrize("spec", SPECS)
def test_a_run_that_was_paused_goes_on_exactly_and_is_judged_on_the_same_rows(
    spec: dict[str, Any], warm: Warm, prepared: Path, tmp_path: Path
) -> None:
    last = exactness.require_exact_resume(warm, {**spec, "epochs": 20, "model": MODEL}, prepared, tmp_path)
    source = sources.open_source(last.folder / "out" / "model.safetensors", "torch")
    proof = Proof.prepare(source, prepared, tmp_path)
    assert proof.scores["Rows"] == report.parse(last.report).value("test/rows")
    if spec["task"]["name"] == PROVED[names_of(spec)]:
        result = export.make(catalog.default("exporters", form_of(spec)), source, proof, tmp_path / "made")
        assert result.report.status == "proved", result.report


def test_what_was_cleaned_is_reported_and_goes_with_the_model(prepared: Path, tmp_path: Path) -> None:
    """Compression and the card see the classes and rows of the training."""
    names = ["drop_duplicates", "fold_labels", "drop_rare_classes", "fill_missing", "clip_outliers"]
    steps = [{"name": name, **FIELDS.get(name, {})} for name in names]
    spec = {**COMMON, "task": {"name": "classification", **dirty.TASKS["classification"]}, "cleaning": steps}
    spec |= {"augmentation": [{"name": "flip"}], "epochs": 2, "model": MODEL}
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
