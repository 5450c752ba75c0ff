"""A preview tells what cleaning makes of somebody's rows, and shows what augmentation makes of their pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.trainer import dirty, samples
from trainer.columns import module_of
from trainer.data import blocks, cleaned, rows
from trainer.previewing import sheet
from trainer.previewing.report import Preview
from trainer.specs.parsing import parse
from trainer.specs.preview import PreviewSpec
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft

ANIMAL = {"name": "classification", "target": "animal", "features": ["size", "colour", "is_sold"]}
STEPS = [{"name": "drop_duplicates"}, {"name": "fold_labels"}, {"name": "drop_rare_classes", "rows": 2}]


def previewed(folder: Path, **spec: Any) -> samples.Done:
    folder.mkdir(exist_ok=True)
    prepared = dirty.write(folder / "prepared.safetensors", times=1)
    return samples.attempt(folder / "run", "preview", spec, {"prepared": prepared})


def result(done: samples.Done) -> Preview:
    assert done.ended.outcome == "succeeded", done.ended
    return Preview.model_validate(done.report, strict=False)


def test_rows_are_counted_and_the_first_that_go_are_shown(tmp_path: Path) -> None:
    preview = result(previewed(tmp_path, task=ANIMAL, cleaning=STEPS))
    assert (preview.rows_before, preview.rows_after, preview.without_target) == (10, 7, 1)
    assert sum(preview.parts) == 7
    assert preview.classes == (("cat", 3), ("dog", 4))
    first, second, third = preview.steps
    assert (first.rows_before, first.rows_after) == (10, 9)
    (row,) = first.left_out
    assert row.number == 2
    assert dict(row.cells) == {"size": 1.0, "animal": "Cat", "colour": "blue", "is_sold": False}
    assert [(joined.name, joined.spellings) for joined in second.joined] == [("cat", ("Cat", "cat", " CAT "))]
    assert [row.number for row in third.left_out] == [9]
    assert [effect.count for step in preview.steps for effect in step.effects] == [1, 1, 1]


def test_the_values_that_change_are_shown_before_and_after(tmp_path: Path) -> None:
    rare = {"name": "drop_rare_classes", "rows": 2}
    steps = [rare, {"name": "fill_missing"}, {"name": "clip_outliers", "high": 0.75}]
    preview = result(previewed(tmp_path, task=ANIMAL, cleaning=steps))
    (size,) = preview.changes
    assert size.column == "size"
    assert (size.before.missing, size.before.most, size.after.missing) == (2, 900.0, 0)
    assert size.after.most is not None and size.after.most < 900
    before = {cell.row: cell.before for cell in size.cells}
    assert before.keys() >= {5, 6, 8}
    assert (before[5], before[6], before[8]) == (None, None, 900.0)
    filled = [rare, {"name": "fill_missing", "by": "most_frequent"}]
    changes = result(previewed(tmp_path / "words", task=ANIMAL, cleaning=filled)).changes
    cells = {change.column: [(cell.row, cell.before, cell.after) for cell in change.cells] for change in changes}
    assert cells["colour"][0][:2] == (5, None)
    assert cells["is_sold"][0][:2] == (6, None)


def test_nothing_is_said_to_change_where_no_step_does_it(tmp_path: Path) -> None:
    preview = result(previewed(tmp_path, task=ANIMAL, cleaning=STEPS))
    assert preview.changes == ()
    assert preview.sheet is None


def test_what_a_training_would_refuse_a_preview_refuses(tmp_path: Path) -> None:
    assert previewed(tmp_path / "class", task=ANIMAL).ended.code == "class_with_one_row"


def test_pictures_are_shown_beside_their_variants(tmp_path: Path) -> None:
    task = {"name": "multi_label", "labels": ["is_bright"], "features": ["picture", "size"]}
    done = previewed(tmp_path, task=task, augmentation=[{"name": "flip", "part": 1.0}])
    shown = result(done).sheet
    assert shown is not None
    with Image.open(done.output("pictures.png")) as picture:
        pixels = np.asarray(picture.convert("L"))
    width = sheet.CELL + sheet.GAP
    assert pixels.shape == (shown.rows * (48 + sheet.GAP) - sheet.GAP, (shown.variants + 1) * width - sheet.GAP)
    original, flipped = pixels[:48, : sheet.CELL], pixels[:48, width : width + sheet.CELL]
    assert np.array_equal(original[:, ::-1], flipped)


@pytest.mark.parametrize("by", ["middle", "most_frequent", "zero"])
def test_values_are_shown_as_the_graph_cleans_them(by: str) -> None:
    steps = [{"name": "fill_missing", "by": by}, {"name": "clip_outliers"}]
    spec = PreviewSpec.model_validate({"task": ANIMAL, "cleaning": steps})
    assert spec.task is not None
    table = rows.read_table(spec.task, dirty.prepared(3), Split())
    fitted = blocks.fit(table.features, table.prepared, table.rows)
    stages = list(cleaned.values(spec.cleaning, fitted, table.features, table.prepared, table.rows))
    for block in stages[-1].after:
        values = module_of(block, "values")
        raw = values.gatherer(block, table.prepared)(table.rows)
        encode = module_of(block, "encode").Encode(**block.arguments()).double()
        one, other = encode(torch.from_numpy(raw)), encode(torch.from_numpy(values.cleaned(block, raw)))
        flags = len(block.flagged)  # type: ignore[attr-defined]
        assert torch.allclose(one[:, : one.shape[1] - flags], other[:, : one.shape[1] - flags], atol=1e-6)


def test_a_preview_is_of_the_rows_of_its_training() -> None:
    spec = parse({"task": ANIMAL, "cleaning": STEPS, "seed": 7, "epochs": 3}, "train")
    assert isinstance(spec, TrainDraft)
    training = PreviewSpec.of(spec.resolved(dirty.prepared().summary)).training()
    assert (training.task, training.cleaning, training.seed) == (spec.task, spec.cleaning, 7)
