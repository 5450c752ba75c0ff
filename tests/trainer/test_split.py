"""Every row is in one part, classes are divided alike, and the same seed divides alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from trainer import split
from trainer.errors import TrainerError
from trainer.spec import Split


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
