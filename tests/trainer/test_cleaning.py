"""Every cleaning step does what it says, on rows that a reader can count."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from tests.trainer import dirty
from trainer import catalog
from trainer.catalog import listing
from trainer.cleaning import CleaningSpec, TextSpec
from trainer.columns import module_of
from trainer.data import blocks, cleaned, rows
from trainer.data.table import Table
from trainer.errors import TrainerError
from trainer.importing.sentences import SENTENCES
from trainer.sentences import filled
from trainer.specs.parsing import parse
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft
from trainer.task import TaskSpec
from trainer.training import cleaning_report

ANIMAL = {"name": "classification", "target": "animal"}
TABLE = ["size", "colour", "is_sold"]  # without the picture
ALL = list(range(10))


def step(name: str, **fields: Any) -> CleaningSpec:
    return cast(CleaningSpec, listing("cleaning")[name].spec.model_validate(fields))


def task(**fields: Any) -> TaskSpec:
    return cast(TaskSpec, listing("tasks")[fields.pop("name")].spec.model_validate(fields))


def table(features: list[str], times: int = 1) -> Table:
    return rows.read_table(task(**ANIMAL, features=features), dirty.prepared(times), Split())


# By step: its fields, the rows that stay, the classes that are told then, and what is counted.
ROWS: dict[str, tuple[dict[str, Any], list[int], tuple[str, ...], int]] = {
    "drop_duplicates": ({}, [0, 2, 3, 4, 5, 6, 7, 8, 9], dirty.LEVELS, 1),
    "drop_near_duplicates": ({"threshold": 0.7}, [0, 2, 3, 4, 5, 7, 8], dirty.LEVELS, 3),
    "drop_missing": ({}, [0, 1, 2, 3, 4, 5, 6, 8, 9], dirty.LEVELS, 1),
    "drop_rare_classes": ({"rows": 2}, [0, 1, 4, 5, 6, 7, 9], ("Cat", "dog"), 3),
    "fold_labels": ({}, ALL, ("cat", "dog", "emu"), 1),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_step_leaves_the_right_rows(name: str) -> None:
    fields, left, classes, count = ROWS[name]
    (done,) = cleaned.rows([step(name, **fields)], table([*TABLE, "picture", "note"]))
    assert done.table.rows.tolist() == left
    assert done.table.targets.classes == classes
    (effect,) = done.effects
    assert effect.count == count
    message = filled(effect.message, {"count": count, **effect.params})
    assert message.startswith("One " if count == 1 else f"{count} ")


def test_rows_without_a_value_in_named_columns_are_left_out() -> None:
    (done,) = cleaned.rows([step("drop_missing", columns=["size", "colour", "animal"])], table(TABLE))
    assert done.table.rows.tolist() == [0, 1, 2, 3, 6, 8, 9]


def test_a_row_repeats_another_where_the_columns_used_do() -> None:
    (done,) = cleaned.rows([step("drop_duplicates")], table(["colour", "is_sold"]))
    assert done.table.rows.tolist() == [0, 2, 3, 4, 5, 6, 7, 8, 9]
    (done,) = cleaned.rows([step("drop_duplicates")], table(["is_sold"]))
    assert done.table.rows.tolist() == [0, 2, 3, 4, 5, 6, 7, 8]


def test_zero_is_zero_and_a_gap_a_gap_however_they_are_stored() -> None:
    some = table(["size"])
    some.prepared.array("numbers")[[0, 1, 4, 5], 0] = [0.0, -0.0, np.nan, -np.nan]
    assert np.flatnonzero(~some.is_first()).tolist() == [1, 5]


def test_codes_follow_the_classes_that_are_left() -> None:
    steps = [step("fold_labels"), step("drop_rare_classes", rows=4)]
    done = list(cleaned.rows(steps, table(TABLE)))
    assert done[0].effects[0].joined == (("cat", ("Cat", "cat", " CAT ")),)
    left = done[-1].table
    assert left.targets.classes == ("cat", "dog")
    assert left.targets.values[left.rows].tolist() == [0, 0, 0, 0, 1, 1, 1, -1, 1]
    assert left.counts() == [("cat", 4), ("dog", 4)]


def test_steps_are_done_in_their_order() -> None:
    steps = [step("drop_rare_classes", rows=2), step("fold_labels")]
    assert list(cleaned.rows(steps, table(TABLE)))[-1].table.targets.classes == ("cat", "dog")
    assert list(cleaned.rows(steps[::-1], table(TABLE)))[-1].table.counts() == [("cat", 4), ("dog", 4)]


def test_a_class_of_one_row_is_left_out_by_the_step_that_its_refusal_names() -> None:
    with pytest.raises(TrainerError, match="one row only") as caught:
        rows.of_task(task(**ANIMAL), dirty.prepared(), Split(), 0)
    assert f"“{listing('cleaning')['drop_rare_classes'].label}”" in str(caught.value)
    data = rows.of_task(task(**ANIMAL), dirty.prepared(), Split(), 0, cleaning=[step("drop_rare_classes", rows=2)])
    assert data.task.facts() == [("Classes", ("Cat", "dog"))]
    assert sorted(np.concatenate([data.parts.train, data.parts.validation, data.parts.test])) == [0, 1, 4, 5, 6, 9]
    assert data.dropped == 1


@pytest.mark.parametrize(
    ("problem", "name"),
    [("lonely_class", "drop_rare_classes"), ("missing_values", "fill_missing"), ("duplicates", "drop_duplicates")],
)
def test_what_an_inspection_points_out_names_the_step_that_helps(problem: str, name: str) -> None:
    _severity, _sentence, remedy = SENTENCES[problem]
    assert f"“{listing('cleaning')[name].label}”" in remedy


def test_counts_of_classes_tell_beforehand_what_a_step_leaves() -> None:
    counts = table(TABLE).counts()
    for name, (fields, *_) in ROWS.items():
        if name not in ("drop_duplicates", "drop_near_duplicates"):  # of which counts tell nothing
            (done,) = cleaned.rows([step(name, **fields)], table(TABLE))
            assert list(step(name, **fields).counts(counts)) == done.table.counts()


def test_a_step_that_leaves_nothing_is_a_sentence() -> None:
    steps = [step("fold_labels"), step("drop_rare_classes", rows=1000)]
    some = table(TABLE).keep(np.arange(10) < 3)
    with pytest.raises(TrainerError, match="“Leave out rare classes” leaves no row") as caught:
        list(cleaned.rows(steps, some))
    assert caught.value.field == "cleaning.1"


# By step: its fields, and what the graph makes of raw rows of one column, scaling aside.
FILLED = [
    ({"by": "middle"}, "size", [np.nan, 2.0], [2.0, 2.0]),
    ({"by": "zero"}, "size", [np.nan, 2.0], [0.0, 2.0]),
    ({"by": "most_frequent"}, "size", [np.nan, 2.0], [1.0, 2.0]),
]
TRAIN = np.array([0, 1, 2, 3, 4, 6, 7, 9])  # sizes 1 1 2 3 - 3 900 1


def encoder(spec: CleaningSpec, features: list[str]) -> Any:
    """The graph's part for the only block of these columns, fitted on TRAIN."""
    some = table(features)
    fitted = blocks.fit(some.features, some.prepared, TRAIN)
    (block,) = list(cleaned.values([spec], fitted, some.features, some.prepared, TRAIN))[-1].after
    return module_of(block, "encode").Encode(**block.arguments()).double()


@pytest.mark.parametrize(("fields", "column", "raw", "filled"), FILLED)
def test_gaps_of_numbers_are_filled(fields: dict[str, Any], column: str, raw: list[float], filled: list[float]) -> None:
    encode = encoder(step("fill_missing", **fields), [column])
    features = encode(torch.tensor(raw, dtype=torch.float64)[:, None])
    assert torch.equal(features[:, 0], encode(torch.tensor(filled, dtype=torch.float64)[:, None])[:, 0])
    assert features[:, 1].tolist() == [1.0, 0.0]


def test_a_gap_that_is_not_flagged_is_no_feature() -> None:
    assert encoder(step("fill_missing", flag=False), ["size"])(torch.tensor([[torch.nan]])).shape == (1, 1)


def test_gaps_of_words_are_filled_by_the_most_frequent() -> None:
    encode = encoder(step("fill_missing", by="most_frequent"), ["colour"])  # blue 5, red 3, and a gap
    assert encode(torch.tensor([[-1], [1], [0]])).tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 0]]
    encode = encoder(step("fill_missing", by="most_frequent", flag=False), ["is_sold"])  # no 4, yes 4
    assert encode(torch.tensor([[-1], [1], [0]])).tolist() == [[-1], [1], [-1]]


def test_words_of_an_input_column_that_differ_in_case_are_one() -> None:
    some = rows.read_table(task(name="regression", target="price", features=["animal"]), dirty.prepared(), Split())
    fitted = blocks.fit(some.features, some.prepared, TRAIN)
    steps = [step("fold_labels"), step("fill_missing", by="most_frequent", flag=False)]
    (block,) = list(cleaned.values(steps, fitted, some.features, some.prepared, TRAIN))[-1].after
    encode = module_of(block, "encode").Encode(**block.arguments())
    features = encode(torch.arange(-1, 5)[:, None]).tolist()  # nothing, then Cat, cat, CAT, dog, emu
    assert features == [[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    read = module_of(block, "read").read
    cells = ["cAT", "Dog ", "nothing", None, "dog"]
    codes, strange = read([cells], block.description(), Path())
    assert (codes[:, 0] >= 0).tolist() == [True, True, False, False, True]
    assert encode(torch.from_numpy(codes[:2])).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert strange == [("animal", "nothing")]


def test_numbers_beyond_the_quantiles_count_as_these() -> None:
    encode = encoder(step("clip_outliers", low=0.25, high=0.75), ["size"])  # 1 1 1 2 3 3 900: from 1 to 3
    raw = torch.tensor([[-50.0], [1.0], [2.5], [3.0], [900.0]], dtype=torch.float64)
    features = encode(raw)[:, 0].tolist()
    assert features[0] == features[1] < features[2] < features[3] == features[4]


def test_what_fills_a_gap_lies_within_the_bounds() -> None:
    some = table(["size"])
    fitted = blocks.fit(some.features, some.prepared, TRAIN)
    steps = [step("fill_missing", by="zero"), step("clip_outliers", low=0.25, high=0.75)]
    for order in (steps, steps[::-1]):
        (block,) = list(cleaned.values(order, fitted, some.features, some.prepared, TRAIN))[-1].after
        assert (block.fill, block.low, block.high) == ((1.0,), (1.0,), (3.0,))  # type: ignore[attr-defined]


def test_it_is_counted_which_step_changed_how_many_values_of_which_column() -> None:
    steps = [step("fill_missing", columns=["size"]), step("clip_outliers", low=0.25, high=0.75), step("fold_labels")]
    data = rows.of_task(task(name="regression", target="price"), dirty.prepared(3), Split(), 0, cleaning=steps)
    used = np.concatenate([data.parts.train, data.parts.validation, data.parts.test])
    (block,) = (one for one in data.blocks if "size" in one.column_names)
    sizes = module_of(block, "values").gatherer(block, data.prepared)(used)[:, block.column_names.index("size")]
    gaps, clipped, *folded = data.changes
    assert (gaps.step, gaps.column, gaps.count) == (steps[0], "size", np.isnan(sizes).sum())
    bounds = [bound[block.column_names.index("size")] for bound in (block.low, block.high)]  # type: ignore[attr-defined]
    beyond = (sizes < bounds[0]) | (sizes > bounds[1])
    assert (clipped.step, clipped.column, clipped.count) == (steps[1], "size", beyond.sum())
    assert {one.column for one in folded} == {"animal"}
    words = [filled(message, params) for message, params in cleaning_report.sentences(data)]
    assert words[0] == f"“Fill gaps” changed {gaps.count} values, by column: size {gaps.count}."
    (table,) = cleaning_report.table(data)
    assert [row[1:] for row in table.rows if row[1]] == [(one.column, one.count) for one in data.changes]


def test_steps_that_change_nothing_say_so_once() -> None:
    steps = [step("fill_missing", columns=["price"])]  # no row with an animal lacks its price
    data = rows.of_task(task(**ANIMAL), dirty.prepared(3), Split(), 0, cleaning=steps)
    assert [message for message, _ in cleaning_report.sentences(data)] == [
        "The steps of cleaning found nothing to change."
    ]


def test_every_step_is_tried_by_hand() -> None:
    """Those that change texts: in test_cleaning_texts.py."""
    of_texts = {name for name, entry in listing("cleaning").items() if issubclass(entry.spec, TextSpec)}
    assert {*ROWS, "fill_missing", "clip_outliers"} == listing("cleaning").keys() - of_texts


def refusal(fields: dict[str, Any]) -> TrainerError:
    spec = parse(fields, "train")
    assert isinstance(spec, TrainDraft)
    with pytest.raises(TrainerError) as caught:
        spec.resolved(dirty.prepared().summary)
    return caught.value


PRICE = {"name": "regression", "target": "price"}


@pytest.mark.parametrize(
    ("definition", "steps", "sentence"),
    [
        (PRICE, [{"name": "drop_rare_classes"}], "“Leave out rare classes” needs a target of classes"),
        ({**PRICE, "features": ["picture"]}, [{"name": "fill_missing"}], "“Fill gaps” finds no input column"),
        (
            PRICE,
            [{"name": "fill_missing", "columns": ["colour"]}],
            "cannot take the column “colour”; choose from: size",
        ),
        ({**PRICE, "features": ["colour"]}, [{"name": "clip_outliers"}], "finds no input column of numbers"),
        (PRICE, [{"name": "clip_outliers", "columns": ["price"]}], "cannot take the column “price”"),
        (PRICE, [{"name": "drop_missing", "columns": ["nothing"]}], "cannot take the column “nothing”"),
        ({**PRICE, "features": ["size"]}, [{"name": "fold_labels"}], "neither a target of classes nor an input column"),
    ],
)
def test_a_step_that_does_not_fit_is_a_sentence(definition: dict[str, Any], steps: list[Any], sentence: str) -> None:
    error = refusal({"task": definition, "cleaning": [{"name": "drop_duplicates"}, *steps]})
    assert sentence in str(error)
    assert error.field == "cleaning.1"


def test_the_same_data_and_steps_give_the_same_rows() -> None:
    steps = [step("drop_duplicates"), step("fold_labels"), step("drop_rare_classes", rows=2), step("fill_missing")]
    one, two = (rows.of_task(task(**ANIMAL), dirty.prepared(3), Split(), 5, cleaning=steps) for _ in range(2))
    assert one.parts.train.tolist() == two.parts.train.tolist()
    assert (one.blocks, one.task.target, one.effects) == (two.blocks, two.task.target, two.effects)
    assert catalog.entry("cleaning", steps[0]).label
