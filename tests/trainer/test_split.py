"""Every row is in one part, classes are divided alike, and the same seed divides alike."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.files import imported
from trainer.data import rows, split
from trainer.errors import TrainerError
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft


@given(st.lists(st.integers(2, 40), min_size=2, max_size=6), st.integers(0, 1000), st.sampled_from([None, 3, 5]))
def test_each_row_is_in_one_part_and_each_class_is_trained_on(sizes: list[int], seed: int, folds: int | None) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.arange(len(labels)) * 3
    try:
        parts = split.parts(rows, labels, Split(folds=folds), seed)
    except TrainerError as error:
        assert error.code == "too_few_rows"
        return
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(together) == list(rows)
    if folds is None:
        assert set(labels[parts.train // 3]) == set(range(len(sizes)))


def test_three_rows_of_a_class_are_enough_for_all_parts() -> None:
    labels = np.repeat([0, 1], 3)
    parts = split.parts(np.arange(6), labels, Split(), 0)
    assert [sorted(labels[part]) for part in (parts.train, parts.validation, parts.test)] == [[0, 1]] * 3


def test_three_rows_of_a_class_are_enough_however_large_the_test_part_is() -> None:
    labels = np.repeat([0, 1, 2], 3)
    parts = split.parts(np.arange(9), labels, Split(test=0.85, validation=0.05), 0)
    assert [sorted(labels[part]) for part in (parts.train, parts.validation, parts.test)] == [[0, 1, 2]] * 3


def test_more_folds_than_rows_are_refused_with_the_remedy() -> None:
    with pytest.raises(TrainerError, match="fewer than the 100 folds; take fewer folds"):
        split.parts(np.arange(50), None, Split(folds=100, fold=80), 0)


def test_folds_that_leave_hardly_a_row_to_train_on_are_refused() -> None:
    with pytest.raises(ValidationError, match="leave less than 5 %"):
        Split(folds=2, validation=0.89)
    assert Split(folds=2, validation=0.4, test=0.85).test_part == 0.5


def test_classes_are_divided_in_proportion() -> None:
    labels = np.repeat([0, 1], [800, 200])
    parts = split.parts(np.arange(1000), labels, Split(validation=0.1, test=0.2), 0)
    assert np.bincount(labels[parts.test]).tolist() == [160, 40]
    assert np.bincount(labels[parts.validation]).tolist() == [80, 20]


def test_the_folds_test_each_row_once_and_are_of_even_size() -> None:
    labels = np.arange(103) % 7
    tests = [split.parts(np.arange(103), labels, Split(folds=5, fold=fold), 3).test for fold in range(5)]
    assert sorted(np.concatenate(tests)) == list(range(103))
    assert {len(test) for test in tests} <= {20, 21}


def test_the_seed_decides() -> None:
    rows = np.arange(100)
    first, again, other = (split.parts(rows, None, Split(), seed).test.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_too_few_rows_are_a_sentence() -> None:
    with pytest.raises(TrainerError, match="too few"):
        split.parts(np.arange(2), None, Split(), 0)


def test_given_parts_are_taken_as_they_are() -> None:
    rows, part = np.arange(9) * 2, np.array([0, 1, 2] * 3)
    parts = split.by_column(rows, part, part, Split(), 0)
    assert parts.train.tolist() == [0, 6, 12]
    assert parts.validation.tolist() == [2, 8, 14]
    assert parts.test.tolist() == [4, 10, 16]


@pytest.mark.parametrize(("lacking", "share"), [(1, 0.1), (2, 0.3)])
def test_a_part_that_is_not_given_is_drawn_from_the_rows_to_train_of_every_class(lacking: int, share: float) -> None:
    labels, part = np.arange(400) % 2, np.where(np.arange(400) < 300, 0, 3 - lacking)
    parts, again = (split.by_column(np.arange(400), labels, part, Split(test=0.3), 0) for _ in range(2))
    given, drawn = (parts.test, parts.validation)[:: 1 if lacking == 1 else -1]
    assert given.tolist() == list(range(300, 400))
    assert np.bincount(labels[drawn]).tolist() == [150 * share] * 2
    assert sorted([*parts.train, *drawn]) == list(range(300))
    assert (drawn == (again.validation if lacking == 1 else again.test)).all()


def test_a_table_that_says_its_parts_is_divided_so_and_does_not_learn_from_them(tmp_path: Path) -> None:
    words = ["Train", "Train", "dev", "TEST"]
    table = "size,kind,Set\n" + "".join(f"{n},{'ab'[n % 2]},{words[n // 15]}\n" for n in range(60))
    dataset = imported(tmp_path, {"x.csv": table.encode()})
    assert dataset.profile.suggested_target == "kind"
    assert dataset.problem("given_split").params == {"column": "Set", "train": 30, "validation": 15, "test": 15}
    task = {"name": "classification", "target": "kind"}
    spec = TrainDraft.model_validate({"task": task}).resolved(dataset.data.summary)
    assert spec.split.column == "Set"
    data = rows.read(spec, dataset.data)
    assert (data.parts.validation.tolist(), data.parts.test.tolist()) == (list(range(30, 45)), list(range(45, 60)))
    assert [column.name for column in data.features] == ["size"]
    of_model = rows.of_model(rows.configure(spec, data), dataset.data).parts  # what exports and compression look at
    assert (of_model.train.tolist(), of_model.test.tolist()) == (data.parts.train.tolist(), data.parts.test.tolist())
    drawn = TrainDraft.model_validate({"task": task, "split": {"column": ""}}).resolved(dataset.data.summary)
    assert [column.name for column in rows.read(drawn, dataset.data).features] == ["size"]
    assert len(rows.read(drawn, dataset.data).parts.test) == 6


def test_a_column_that_gives_no_parts_is_refused(tmp_path: Path) -> None:
    table = "size,kind\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(60))
    summary = imported(tmp_path, {"x.csv": table.encode()}).data.summary
    task = {"name": "regression", "target": "size"}
    assert TrainDraft.model_validate({"task": task}).resolved(summary).split.column == ""
    for column in ("kind", "gone"):
        with pytest.raises(TrainerError, match="no column that says which rows train"):
            TrainDraft.model_validate({"task": task, "split": {"column": column}}).resolved(summary)
