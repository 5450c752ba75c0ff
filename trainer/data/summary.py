"""What a spec needs to know of its data."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from trainer.columns import AnyColumn, Column
from trainer.component import Lenient, Strict
from trainer.errors import TrainerError

# What the columns of pictures in folders are called, which nobody named.
IMAGE, LABEL = "image", "label"


class Dialect(Strict):
    """How a file of text writes its table: whoever reads such a file again need not guess."""

    delimiter: str = ","
    encoding: str = Field("utf-8", description="The name of Python's codec.")
    header: bool = Field(True, description="Whether a line of names stands above the rows.")


class DataSummary(Strict):
    """What a spec needs to know of its data to be completed and checked; the heart of a data set's profile."""

    rows: int = Field(ge=0)
    columns: Annotated[tuple[AnyColumn, ...], Lenient]
    dialect: Dialect | None = Field(None, description="Of the file that the rows come from, where it is text.")

    def named(self, name: str) -> Column | None:
        """The column of this name; None where there is no such."""
        return next((column for column in self.columns if column.name == name), None)


def number_names(numbers: Sequence[float]) -> tuple[str, ...]:
    """Numbers that are classes by name: 15 digits, which hide how 0.1 is stored, and all digits of those that
    would be alike.
    """
    short = [f"{number:.15g}" for number in numbers]
    times = Counter(short)
    return tuple(name if times[name] == 1 else repr(float(number)) for name, number in zip(short, numbers, strict=True))


def require_classes(counts: Iterable[tuple[str, int]], field: str | None = None) -> None:
    """Raise TrainerError where classes with so many rows cannot be learnt, saying it of ``field``."""
    present = [(name, rows) for name, rows in counts if rows]
    if len(present) < 2:
        raise TrainerError(
            "one_class",
            "All rows are of one class, “%(name)s”, so there is nothing to tell apart; add rows of another class.",
            field=field,
            name=present[0][0] if present else "–",
        )
    single = next((name for name, rows in present if rows == 1), None)
    if single is not None:
        raise TrainerError(
            "class_with_one_row",
            "The class “%(name)s” has one row only, which cannot both train and test the model; add rows to this "
            "class, or take it out: the cleaning step “Leave out rare classes” does.",
            field=field,
            name=single,
        )
