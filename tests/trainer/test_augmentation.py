"""Every augmentation does what it says, alike for the same seed, epoch and row."""

from typing import Any, cast

import numpy as np
import pytest

from tests.trainer import dirty
from trainer import catalog
from trainer.augmentation import AugmentationSpec
from trainer.catalog import Entry, listing
from trainer.data import rows
from trainer.data.draws import Draws
from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.data.variation import Variation
from trainer.errors import TrainerError
from trainer.specs.parsing import parse
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft
from trainer.task import TaskSpec

ENTRIES = [pytest.param(entry, id=name) for name, entry in listing("augmentation").items()]
PICTURE = np.arange(24, dtype=np.uint8).reshape(1, 1, 4, 6)
MANY = np.arange(1000)


def step(name: str, **fields: Any) -> AugmentationSpec:
    return cast(AugmentationSpec, listing("augmentation")[name].spec.model_validate(fields))


def varied(spec: AugmentationSpec, values: Array, rows: Indices = MANY, seed: int = 0, epoch: int = 0) -> Array:
    module = catalog.entry("augmentation", spec).module
    result: Array = module.vary(spec, values, Draws(rows, seed, epoch, 0, 0))
    return result


def different(spec: AugmentationSpec) -> list[list[list[int]]]:
    """What becomes of PICTURE, once each."""
    return [one[0].tolist() for one in np.unique(varied(spec, np.repeat(PICTURE, len(MANY), 0)), axis=0)]


def test_pictures_are_flipped() -> None:
    picture = PICTURE[0, 0]
    left_right, top_bottom = picture[:, ::-1].tolist(), picture[::-1].tolist()
    assert sorted(different(step("flip"))) == sorted([picture.tolist(), left_right])
    assert sorted(different(step("flip", direction="top and bottom"))) == sorted([picture.tolist(), top_bottom])
    assert len(different(step("flip", direction="both"))) == 4
    assert different(step("flip", part=1.0)) == [left_right]


def test_half_of_the_pictures_are_flipped() -> None:
    flipped = (varied(step("flip"), np.repeat(PICTURE, len(MANY), 0)) != PICTURE).any(axis=(1, 2, 3))
    assert flipped.mean() == pytest.approx(0.5, abs=0.05)


def test_pictures_are_shifted_and_their_edges_repeated() -> None:
    pictures = different(step("shift", most=0.25))  # one row up or down, one or two columns left or right: 3 x 5
    assert len(pictures) == 15
    assert [[0, 0, 0, 1, 2, 3], [0, 0, 0, 1, 2, 3], [6, 6, 6, 7, 8, 9], [12, 12, 12, 13, 14, 15]] in pictures


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_shape_and_type_stay(entry: Entry, dtype: str) -> None:
    values = np.random.default_rng(0).integers(0, 256, (50, 3, 8, 10)).astype(dtype)
    spec = cast(AugmentationSpec, entry.spec())
    result = varied(spec, values, np.arange(50))
    assert (result.dtype, result.shape) == (values.dtype, values.shape)
    assert not np.array_equal(result, values)
    assert np.array_equal(result, varied(spec, values.astype("uint8"), np.arange(50)))


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_row_varies_alike_in_whichever_batch_it_stands(entry: Entry) -> None:
    spec, values = cast(AugmentationSpec, entry.spec()), np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8))
    whole = varied(spec, values, np.arange(60))
    order = np.random.default_rng(1).permutation(60)
    pieces = [varied(spec, values[part], part) for part in np.split(order, [7, 30])]
    assert np.array_equal(np.concatenate(pieces), whole[order])
    assert not np.array_equal(varied(spec, values, np.arange(60), epoch=1), whole)
    assert not np.array_equal(varied(spec, values, np.arange(60), seed=1), whole)


def test_draws_are_spread_evenly() -> None:
    draws = Draws(MANY, 3, 4)
    first, second = draws.uniform(), draws.uniform()
    assert np.histogram(first, 10, (0, 1))[0].min() > 60
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.1
    assert set(draws.integers(2)) == {-2, -1, 0, 1, 2}


def pictures_and_numbers() -> Rows:
    task = listing("tasks")["multi_label"].spec.model_validate(
        {"labels": ["is_bright"], "features": ["size", "picture"]}
    )
    return rows.of_task(cast(TaskSpec, task), dirty.prepared(4), Split(), 0)


def test_only_columns_that_a_step_takes_vary_and_only_where_it_is_asked_for() -> None:
    data, part = pictures_and_numbers(), np.arange(40)
    plain, varied = data.batch(part), data.batch(part, variation=Variation((step("flip"), step("shift")), 0, 0))
    assert not np.array_equal(varied["image"], plain["image"])
    assert np.array_equal(varied["numbers"], plain["numbers"], equal_nan=True)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_step_without_anything_to_vary_is_a_sentence(entry: Entry) -> None:
    definition = {"name": "regression", "target": "price", "features": ["size", "colour"]}
    spec = parse({"task": definition, "augmentation": [{"name": entry.name}]}, "train")
    assert isinstance(spec, TrainDraft)
    with pytest.raises(TrainerError, match=f"“{entry.label}” finds no input column that it can vary") as caught:
        spec.resolved(dirty.prepared().summary)
    assert caught.value.field == "augmentation.0"
