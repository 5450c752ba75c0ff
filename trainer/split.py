"""Which rows train, which choose the best epoch, which judge at the end. The same seed gives the same rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.errors import TrainerError
from trainer.spec import Split

Indices = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Parts:
    """Row numbers of each part, ascending; no row is in two."""

    train: Indices
    validation: Indices
    test: Indices


def parts(rows: Indices, labels: Indices | None, split: Split, seed: int) -> Parts:
    """Divide ``rows``; with ``labels`` (the class of each of them) every class is divided alike.

    A class of three rows or more has one in each part; one of two has one to train and one to test on. Raises TrainerError
    where a part would be empty.
    """
    generator = np.random.default_rng([seed, 0x5911])
    groups = [rows] if labels is None else [rows[labels == label] for label in np.unique(labels)]
    chosen: list[list[Indices]] = [[], [], []]
    dealt = 0
    for group in groups:
        shuffled = generator.permutation(group)
        for part, members in zip(chosen, _divide(shuffled, split, dealt), strict=True):
            part.append(members)
        dealt += len(group)
    train, validation, test = (np.sort(np.concatenate(part)) if part else rows[:0] for part in chosen)
    if not (len(train) and len(validation) and len(test)):
        raise _too_few(len(rows), split)
    return Parts(train, validation, test)


def _too_few(rows: int, split: Split) -> TrainerError:
    if split.folds and split.folds > rows:
        return TrainerError("too_few_rows", "There are %(rows)d rows that can be used, fewer than the %(folds)d folds; take fewer "
                            "folds, or add rows.", field="split", rows=rows, folds=split.folds)
    return TrainerError("too_few_rows", "There are %(rows)d rows that can be used, too few to train, to validate and to test on; add "
                        "rows, so that a class has three or more.", rows=rows)


def _divide(group: Indices, split: Split, dealt: int) -> tuple[Indices, Indices, Indices]:
    """Train, validation and test part of one class. ``dealt`` rows of earlier classes keep the folds' sizes even."""
    if split.folds is None:
        count = min(_at_least_one(len(group), split.test, leave=1), max(1, len(group) - 2))
        test, rest = group[:count], group[count:]
    else:
        in_test = (np.arange(len(group)) + dealt) % split.folds == split.fold
        test, rest = group[in_test], group[~in_test]
    count = min(_at_least_one(len(group), split.validation, leave=2), max(0, len(rest) - 1))
    return rest[count:], rest[:count], test


def _at_least_one(rows: int, part: float, leave: int) -> int:
    return max(1, round(rows * part)) if rows > leave else 0
