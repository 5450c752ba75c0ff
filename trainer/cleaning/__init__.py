"""Steps that clean the data before anything is learned from them, done in the order of the spec.

A component has, beside its ``Spec`` made from CleaningSpec, one of these or both:

- ``rows(spec, table: Table) -> tuple[Table, Sequence[Effect]]`` leaves rows out or joins classes, before the rows are
  divided into parts. It depends on the data alone, so that whoever has data and spec finds the same rows again.
- ``change(spec, block: Block, names: Sequence[str], prepared: Prepared, train: Indices) -> Block`` changes what becomes
  of the values of these columns of a block. What it fits, it fits on the training rows; it ends in the Block, and so in
  the graph that is exported.

Which columns a step can take, their kind's Column says (``fillings``, ``is_clippable``, ``has_texts``); no step asks
for a kind. Where a field names columns, ``can_name`` says which of them the form offers. What changes texts is made
from TextSpec, and its ``change`` names a function of trainer.columns.text.cleaners.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import Field

from trainer import columns
from trainer.columns import Block, Column, Names
from trainer.component import ADVANCED, Component
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _
from trainer.task import TaskSpec

NAMED = 5  # columns in a sentence
Counts = Sequence[tuple[str, int]]  # classes and their rows


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a step is to work on: the columns that go in and those that are told. ``field`` is the step's place in the
    spec, ``label`` its name."""

    task: TaskSpec
    features: tuple[Column, ...]
    field: str
    label: str

    def misfit(self, code: str, message: str, **params: Any) -> TrainerError:
        """The error that the step cannot work on this; in the sentence it is ``step``."""
        return TrainerError(code, message, field=self.field, step=self.label, **params)

    def require(self, names: Sequence[str], fitting: Sequence[str]) -> None:
        """Raise TrainerError for a name that is not among those of columns that the step can take."""
        for name in names:
            if name not in fitting:
                raise self.misfit(
                    "cleaning_column",
                    _("“%(step)s” cannot take the column “%(column)s”; choose from: %(columns)s."),
                    column=name,
                    columns=", ".join(fitting) or "–",
                )


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a step did, counted: ``message`` says it with the gap ``count``, ``label`` beside a number. ``joined`` are
    the words that each joined class was joined from."""

    name: str
    label: str
    message: str
    count: int
    params: Mapping[str, Any] = field(default_factory=dict)
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()


class CleaningSpec(Component):
    """What the Specs of all cleaning steps share."""

    drops_rows: ClassVar[bool] = False  # then nobody knows before how many rows are left

    def check(self, use: Use) -> None:
        """Raise TrainerError where the step has nothing that it can work on."""

    def takes(self, column: Column) -> bool:
        """Whether ``change`` is to change the values of this column, which goes in."""
        return False

    def counts(self, counts: Counts) -> Counts:
        """What becomes of classes with so many rows, as far as these tell."""
        return counts


def leaves_nothing(place: int, label: str) -> TrainerError:
    """The error of the step that stands there in the list, when no row is left behind it."""
    return TrainerError(
        "cleaning_left_nothing",
        _("“%(step)s” leaves no row to learn from. Change this step, or take it out."),
        field=f"cleaning.{place}",
        step=label,
    )


class TextSpec(CleaningSpec):
    """What the Specs of the steps that change texts share."""

    columns: Names = Field(
        (),
        max_length=1000,
        title="Columns",
        description="All input columns of texts when left empty.",
        json_schema_extra={**ADVANCED, "choices_from": "columns"},
    )

    @classmethod
    def can_name(cls, field: str, column: Column) -> bool:
        return column.has_texts

    def check(self, use: Use) -> None:
        require_texts(use, self.columns)

    def takes(self, column: Column) -> bool:
        return column.has_texts and (not self.columns or column.name in self.columns)


def require_texts(use: Use, names: Sequence[str]) -> None:
    """Raise TrainerError where no column of texts goes in, and for a name that is none of them."""
    fitting = [column.name for column in use.features if column.has_texts]
    use.require(names, fitting)
    if not fitting:
        raise use.misfit("cleaning_no_texts", _("“%(step)s” finds no input column of texts. Take the step out."))


def with_step(block: Block, name: str, **arguments: Any) -> Block:
    """A block of texts that this function of trainer.columns.text.cleaners cleans, behind those before."""
    stepped: Block = columns.module_of(block, "values").stepped(block, name, arguments)
    return stepped
