"""Which rows train, which choose the best epoch, which judge at the end. The same seed gives the same rows."""

from dataclasses import dataclass

import numpy as np

from trainer.data.partition import PARTS, TEST, TRAIN, VALIDATION
from trainer.data.prepared import Indices
from trainer.errors import TrainerError
from trainer.specs.split import Split

SALT = 0x5911


@dataclass(frozen=True)
class Parts:
    """Row numbers of each part, ascending; no row is in two."""

    train: Indices
    validation: Indices
    test: Indices


def parts(rows: Indices, labels: Indices | None, split: Split, seed: int) -> Parts:
    """Divide ``rows``; with ``labels`` (the class of each of them) every class is divided alike.

    A class of three rows or more has one in each part; one of two has one to train and one to test on. Raises
    TrainerError where a part would be empty.
    """
    generator = np.random.default_rng([seed, SALT])
    groups = [rows] if labels is None else [rows[labels == label] for label in np.unique(labels)]
    pieces: list[list[Indices]] = [[], [], []]
    earlier = 0
    for group in groups:
        shuffled = generator.permutation(group)
        for part, members in zip(pieces, _divide(shuffled, split, earlier), strict=True):
            part.append(members)
        earlier += len(group)
    train, validation, test = (np.sort(np.concatenate(part)) if part else rows[:0] for part in pieces)
    if not (len(train) and len(validation) and len(test)):
        raise _too_few(len(rows), split)
    return Parts(train, validation, test)


def by_column(rows: Indices, labels: Indices | None, part: Indices, split: Split, seed: int) -> Parts:
    """Divide ``rows`` as ``part`` says, which has the place in PARTS of each; a part that is nowhere is drawn from the
    rows to train. Raises TrainerError where a part is empty all the same."""
    generator, part = np.random.default_rng([seed, SALT]), part.copy()
    for name, share in ((TEST, split.test), (VALIDATION, split.validation)):
        if not (part == PARTS.index(name)).any():
            part[_sample(np.flatnonzero(part == PARTS.index(TRAIN)), labels, share, generator)] = PARTS.index(name)
    train, validation, test = (rows[part == number] for number in range(len(PARTS)))
    if not (len(train) and len(validation) and len(test)):
        raise _too_few(len(rows), split)
    return Parts(train, validation, test)


def _sample(places: Indices, labels: Indices | None, share: float, generator: np.random.Generator) -> Indices:
    """A share of the places, of every class alike; each class keeps one."""
    classes = np.zeros(len(places), np.int64) if labels is None else labels[places]
    shuffled = [generator.permutation(places[classes == label]) for label in np.unique(classes)]
    return np.concatenate([places[:0], *(group[: _at_least_one(len(group), share, leave=1)] for group in shuffled)])


def _too_few(rows: int, split: Split) -> TrainerError:
    if split.folds and split.folds > rows:
        return TrainerError(
            "too_few_rows",
            "There are %(rows)d rows that can be used, fewer than the %(folds)d folds; take fewer folds, or add rows.",
            field="split",
            rows=rows,
            folds=split.folds,
        )
    return TrainerError(
        "too_few_rows",
        "There are %(rows)d rows that can be used, too few to train, to validate and to test on; add "
        "rows, so that a class has three or more.",
        rows=rows,
    )


def _divide(group: Indices, split: Split, earlier: int) -> tuple[Indices, Indices, Indices]:
    """Train, validation and test part of one class. ``earlier`` rows of earlier classes keep the folds' sizes even."""
    if split.folds is None:
        count = min(_at_least_one(len(group), split.test, leave=1), max(1, len(group) - 2))
        test, rest = group[:count], group[count:]
    else:
        in_test = (np.arange(len(group)) + earlier) % split.folds == split.fold
        test, rest = group[in_test], group[~in_test]
    count = min(_at_least_one(len(group), split.validation, leave=2), max(0, len(rest) - 1))
    return rest[count:], rest[:count], test


def _at_least_one(rows: int, part: float, leave: int) -> int:
    return max(1, round(rows * part)) if rows > leave else 0
