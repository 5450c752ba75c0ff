"""Every augmentation does what it says, alike for the same seed, epoch and row."""

from typing import Any, cast

import numpy as np
import pytest

from tests.trainer import dirty
from tests.trainer.ragged_rows import tokens
from trainer import catalog
from trainer.augmentation import AugmentationSpec
from trainer.catalog import Entry, listing
from trainer.data import rows, tokenizing
from trainer.data.draws import Draws
from trainer.data.prepared import Array, Indices
from trainer.data.ragged import Ragged
from trainer.data.rows import Rows
from trainer.data.variation import Variation
from trainer.errors import TrainerError
from trainer.specs.parsing import parse
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft
from trainer.task import TaskSpec
from trainer.tokenizers import TokenizerSpec

ENTRIES = [pytest.param(entry, id=name) for name, entry in listing("augmentation").items()]
OF_PICTURES, OF_TOKENS = (
    [
        pytest.param(entry, id=name)
        for name, entry in listing("augmentation").items()
        if cast(type[AugmentationSpec], entry.spec).layouts == {layout}
    ]
    for layout in ("image", "tokens")
)
PICTURE = np.arange(24, dtype=np.uint8).reshape(1, 1, 4, 6)
MANY = np.arange(1000)


def step(name: str, **fields: Any) -> AugmentationSpec:
    return cast(AugmentationSpec, listing("augmentation")[name].spec.model_validate(fields))


def tokenizer(name: str, **fields: Any) -> TokenizerSpec:
    return cast(TokenizerSpec, listing("tokenizers")[name].spec.model_validate(fields))


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
@pytest.mark.parametrize("entry", OF_PICTURES)
def test_shape_and_type_stay(entry: Entry, dtype: str) -> None:
    values = np.random.default_rng(0).integers(0, 256, (50, 3, 8, 10)).astype(dtype)
    spec = cast(AugmentationSpec, entry.spec())
    result = varied(spec, values, np.arange(50))
    assert (result.dtype, result.shape) == (values.dtype, values.shape)
    assert not np.array_equal(result, values)
    assert np.array_equal(result, varied(spec, values.astype("uint8"), np.arange(50)))


@pytest.mark.parametrize("entry", OF_PICTURES)
def test_a_row_varies_alike_in_whichever_batch_it_stands(entry: Entry) -> None:
    spec, values = cast(AugmentationSpec, entry.spec()), np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8))
    whole = varied(spec, values, np.arange(60))
    order = np.random.default_rng(1).permutation(60)
    pieces = [varied(spec, values[part], part) for part in np.split(order, [7, 30])]
    assert np.array_equal(np.concatenate(pieces), whole[order])
    assert not np.array_equal(varied(spec, values, np.arange(60), epoch=1), whole)
    assert not np.array_equal(varied(spec, values, np.arange(60), seed=1), whole)


def ragged(spec: AugmentationSpec, values: Ragged, rows: Indices = MANY, seed: int = 0, epoch: int = 0) -> Ragged:
    module = catalog.entry("augmentation", spec).module
    result: Ragged = module.vary(spec, values, Draws(rows, seed, epoch, 0, 0))
    return result


def rows_of(values: Ragged) -> list[list[int]]:
    """Without padding, which must be zeros."""
    assert not values.values[~values.is_there].any()
    assert values.values[values.is_there].all()
    return [row[:length].tolist() for row, length in zip(values.values, values.lengths.tolist(), strict=True)]


@pytest.mark.parametrize("entry", OF_TOKENS)
def test_tokens_vary_alike_in_whichever_batch_they_stand_and_however_far_it_is_padded(entry: Entry) -> None:
    spec, values = cast(AugmentationSpec, entry.spec()), tokens(60)
    whole = rows_of(ragged(spec, values, np.arange(60)))
    assert whole != rows_of(values)
    for part in np.split(np.random.default_rng(1).permutation(60), [7, 30]):
        longest = values.lengths[part].max()
        piece = Ragged(values.values[part, :longest], values.lengths[part])
        assert rows_of(ragged(spec, piece, part)) == [whole[row] for row in part]
    assert rows_of(ragged(spec, values, np.arange(60), epoch=1)) != whole
    assert rows_of(ragged(spec, values, np.arange(60), seed=1)) != whole


@pytest.mark.parametrize("entry", OF_TOKENS)
def test_no_text_becomes_empty(entry: Entry) -> None:
    spec = cast(AugmentationSpec, entry.spec.model_validate({"part": 0.9}))
    for longest in (1, 2, 5):
        varied = ragged(spec, tokens(1000, longest))
        assert varied.lengths.min() >= 1
        rows_of(varied)


def test_a_part_of_the_tokens_goes_and_the_others_keep_their_order() -> None:
    values = tokens(1000, 40, least=20)
    varied = ragged(step("drop_tokens", part=0.2), values)
    assert varied.lengths.sum() / values.lengths.sum() == pytest.approx(0.8, abs=0.01)
    for before, after in zip(rows_of(values), rows_of(varied), strict=True):
        rest = iter(before)
        assert all(token in rest for token in after)


def test_a_part_of_the_tokens_change_places_with_a_neighbour() -> None:
    values = Ragged(np.tile(np.arange(2, 42), (1000, 1)), np.full(1000, 40))
    varied = ragged(step("swap_tokens", part=0.2), values)
    moved = varied.values - values.values
    assert set(np.unique(moved)) == {-1, 0, 1}
    assert (moved != 0).mean() == pytest.approx(0.2 * 39 / 40, abs=0.01)
    assert (np.sort(varied.values) == values.values).all()
    assert (moved[:, 0] != 0).any() and (moved[:, -1] != 0).any()


def test_a_part_of_the_tokens_comes_twice() -> None:
    values = tokens(1000, 40, least=20)
    varied = ragged(step("repeat_tokens", part=0.2), values)
    assert varied.lengths.sum() / values.lengths.sum() == pytest.approx(1.2, abs=0.01)
    for before, after in zip(rows_of(values)[:50], rows_of(varied), strict=False):
        assert [*dict.fromkeys(before)] == [*dict.fromkeys(after)]


def test_the_lengths_of_a_batch_are_those_behind_the_variation_and_none_is_longer_than_a_network_takes() -> None:
    spec = TrainDraft.model_validate({"task": {"name": "regression", "target": "price", "features": ["note"]}})
    complete = spec.model_copy(update={"tokenizers": (tokenizer("words", longest=6),)}).resolved(
        dirty.prepared().summary
    )
    data = tokenizing.tokenize(complete.tokenizers, rows.read(complete, dirty.prepared(4)))
    part = np.arange(40)
    plain = data.batch(part)
    for name in ("drop_tokens", "repeat_tokens"):
        varied = data.batch(part, variation=Variation((step(name, part=0.8),), 0, 0))
        rows_of(Ragged(varied["text"].numpy(), varied["text_lengths"].numpy()))
        assert (varied["text_lengths"] != plain["text_lengths"]).any()
        assert varied["text"].shape[1] == varied["text_lengths"].max() <= 6


def test_draws_at_places_are_spread_evenly() -> None:
    first, second = Draws(MANY, 3).uniform_at(50), Draws(MANY, 3).uniform_at(20)
    assert (first[:, :20] == second).all()
    assert np.histogram(first, 10, (0, 1))[0].min() > 4700
    for one, other in ((first[:, :-1], first[:, 1:]), (first[:-1], first[1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.02


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
