"""The division that data bring themselves: words for the parts, and the column that has one of them in each row.

Plain Python; the web server reads it too.
"""

import re

from trainer.columns import Column, category
from trainer.summary import DataSummary

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
    if not isinstance(column, category.Column):
        return False
    parts = {part_of(level) for level in column.levels}
    return None not in parts and TRAIN in parts and len(parts) > 1


def split_column(data: DataSummary) -> str | None:
    """The first column that tells the part of each row; None where there is none."""
    return next((column.name for column in data.columns if is_partition(column)), None)
