"""The division that data bring themselves: words for the parts, and the column that has one of them in each row.

Plain Python; the web server reads it too.
"""

import re

from trainer.columns import Column, category
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError

SPLIT = "split"  # what such a column is called where nobody named it
TRAIN, VALIDATION, TEST = PARTS = ("train", "validation", "test")
WORDS = {
    TRAIN: {"train", "training", "trn"},
    VALIDATION: {"validation", "validate", "val", "valid", "dev", "development"},
    TEST: {"test", "testing", "tst", "holdout"},
}
FILLERS = {"", "set", "data", "dataset", "split", "part", "images", "image", "imgs", "img", "pictures", "seg"}


def part_of(name: str) -> str | None:
    """The part that a folder or a value names, as “Train”, “val_images” and “test-set” do; None where it names none."""
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if word not in FILLERS]
    return next((part for part in PARTS if len(words) == 1 and words[0] in WORDS[part]), None)


def is_partition(column: Column) -> bool:
    """Whether every value names a part, and some are to train and others are not."""
    return isinstance(column, category.Column) and _divide(parts_of(column))


def parts_of(column: category.Column) -> tuple[str | None, ...]:
    """The part that each level names."""
    return tuple(map(part_of, column.levels))


def _divide(parts: tuple[str | None, ...]) -> bool:
    return None not in parts and TRAIN in parts and len(set(parts)) > 1


def split_column(data: DataSummary) -> str | None:
    """The first column that tells the part of each row; None where there is none."""
    return next((column.name for column in data.columns if is_partition(column)), None)


def require_partition(name: str, data: DataSummary) -> category.Column:
    """The column of this name. Raises TrainerError when there is none, or it does not tell the part of each row."""
    column = data.named(name)
    if not isinstance(column, category.Column) or not is_partition(column):
        raise TrainerError(
            "split_column",
            "“%(column)s” is no column that says which rows train and which test. "
            "Choose one whose values are train, validation and test, or none.",
            field="split",
            column=name,
        )
    return column
