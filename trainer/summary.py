"""What a spec needs to know of its data."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from trainer.component import DataKind, Lenient, Strict
from trainer.errors import TrainerError

LABEL = "label"  # the column of a picture's class


class Column(Strict):
    """One column of a table, as the inspect run saw it."""

    name: str
    kind: Literal["number", "category", "text", "constant"]
    missing: int = Field(0, ge=0)
    distinct: int = Field(0, ge=0)
    levels: Annotated[tuple[str, ...], Lenient] = ()


class DataSummary(Strict):
    """What a spec needs to know of its data to be completed and checked; the heart of a data set's profile."""

    kind: DataKind
    rows: int = Field(ge=0)
    classes: Annotated[tuple[str, ...], Lenient] = ()
    shape: Annotated[tuple[int, ...], Lenient] = ()
    columns: Annotated[tuple[Column, ...], Lenient] = ()
    decimal_comma: bool = Field(False, description="Whether the table writes 1,5 for one and a half.")

    @property
    def target_columns(self) -> tuple[Column, ...]:
        """The columns that a model could learn to tell: a table's, or the label of pictures."""
        if self.kind == "image":
            return (Column(name=LABEL, kind="category", distinct=len(self.classes), levels=self.classes),)
        return self.columns


def number_names(numbers: Sequence[float]) -> tuple[str, ...]:
    """Numbers that are classes by name: 15 digits, which hide how 0.1 is stored, and all digits of those that would be alike."""
    short = [f"{number:.15g}" for number in numbers]
    times = Counter(short)
    return tuple(name if times[name] == 1 else repr(float(number)) for name, number in zip(short, numbers, strict=True))


def require_classes(counts: Iterable[tuple[str, int]], field: str | None = None) -> None:
    """Raise TrainerError where classes with so many rows cannot be learnt, saying it of ``field``."""
    present = [(name, rows) for name, rows in counts if rows]
    if len(present) < 2:
        raise TrainerError("one_class", "All rows are of one class, “%(name)s”, so there is nothing to tell apart; add rows of "
                           "another class.", field=field, name=present[0][0] if present else "–")
    single = next((name for name, rows in present if rows == 1), None)
    if single is not None:
        raise TrainerError("class_with_one_row", "The class “%(name)s” has one row only, which cannot both train and test the "
                           "model; add rows to this class or take it out.", field=field, name=single)
