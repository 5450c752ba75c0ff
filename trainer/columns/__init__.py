"""Kinds of columns. A kind is a folder; it alone knows of its values what the rest handles as named arrays and tensors.

- ``__init__``, without torch and NumPy: ``LABEL``, its word; the ``Column`` that a summary of data has, the ``Reading``
  by which somebody can choose the kind for a column of a file, with the kind's options; and for kinds that can go in
  the ``Block`` that a model's package has: all its columns of the kind together, or one by itself.
- ``importing``, without torch: ``IMPORT``, a trainer.importing.kind.Import: how a column of a file is recognised, what
  is kept of its cells and how it is laid in the prepared file, its statistics, and what is to be said of it. The
  sentences stand in ``sentences``: ``SENTENCES`` and ``LOOKED_FOR``. Kinds that only formats make have none.
- ``sheet``, where rows can be looked at as pictures: ``draw(path, column, table, rows, width, cell)``, and
  ``paste(sheet, value, left, top, cell)`` for one value as somebody outside has it.
- ``values``, without torch: ``blocks(columns, prepared, train)`` fits the Blocks on training rows,
  ``gatherer(block, prepared)`` gives what reads the raw rows of one, ``targets(column, prepared, encoding)`` the values
  of a column that is to be told, and which classes they number, ``outside(column, prepared, row)`` one value as
  somebody outside has it: what JSON knows, or an array. Where rows differ in length (a None in the Block's ``shape``),
  the gatherer pads them by zeros to the longest, ``lengths(block, prepared)`` gives those of all rows, int64 [N], and
  ``contents(block, prepared, rows)`` the bytes of each of some rows, none where a value is missing.
  Where the Column says that it can be cleaned so, also ``filled(block, names, by, flag, prepared, train)`` and
  ``clipped(block, names, low, high, prepared, train)`` and ``folded(block, names, trim, fold)``: the Block with what
  becomes of the values of these columns; then also ``cleaned(block, values)``, what becomes of raw values [B, columns],
  and ``readable(block, place, values)``, raw values [B] of a column as somebody reads them. Of texts there are
  ``texts(block, prepared, rows)``, those of some rows as cleaning leaves them, ``stepped(block, name, arguments)``, the
  Block with a further step of cleaning, ``pairs(before, after, prepared, rows)``, the texts of some rows without and
  with the steps by which two Blocks differ, ``tokenized(block, **fields)``, the Block with a tokenizer that was fitted
  on them (trainer.tokenizers), ``measured(block, prepared, rows)``, how many tokens they have and how many are unknown,
  and ``pieces(block, text)``, how a cleaned text is cut.
- ``encode``: ``Encode``, the part of the graph that takes raw values. It imports torch alone, and is
  shipped with weights.
- ``read``: ``read(values, block, folder)``, values from outside to the raw array, or to an array a row where rows
  differ in length, and what was not understood: the columns' names with such cells, as they were given. ``block`` is
  the Block's ``description()`` as JSON: what the import decided of a column's spelling stands there, and the reader
  follows it. It imports NumPy alone, and what of ours needs no more (trainer.proving.shipping); a library that only
  some values need, the Block's ``reader_needs``, is imported when one comes. It is shipped beside exports. A property
  test holds it equal to the import (tests/trainer/test_readers.py).
- For kinds that can go in, so that a model can be tried: ``entry``, without NumPy, how a value is entered
  (trainer.trying.entries), and ``occlusion``, which parts of it can be left out (trainer.trying.parts).
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from importlib import import_module
from importlib.util import find_spec
from operator import or_
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, SerializeAsAny
from pydantic_core import CoreSchema

from trainer.component import Lenient, Strict
from trainer.errors import TrainerError

Shape = tuple[int | None, ...]  # of a row; None is a length that each batch has of its own
Gatherer = Callable[[Any], Any]  # of rows' indices [B] to an array [B, …]
Names = Annotated[tuple[str, ...], Lenient]
Numbers = Annotated[tuple[float, ...], Lenient]
Filling = Literal["middle", "most_frequent", "zero"]  # what can stand for a missing value
PieceKind = Literal["known", "unknown", "between", "cut"]
Layout = str  # of an encoded row: "vector" [F], "image" [C, H, W], or another that some encoder takes


class Reading(Strict):
    """How a column is to be read where somebody says so; a kind adds its own options. A kind that cannot be
    chosen has none."""

    kind: str

    def takes_comma(self, is_usual: bool) -> bool:
        """Whether 1,5 is one and a half in this column; ``is_usual``: whether it is in the file as a whole."""
        return is_usual


Readings = Mapping[str, Reading]  # by the names of columns


class Column(Strict):
    """One column as the inspect run saw it."""

    layout: ClassVar[Layout | None] = None  # of an encoded row; None for what cannot go into a model
    fillings: ClassVar[frozenset[Filling]] = frozenset()  # of gaps: those that ``values.filled`` takes
    is_clippable: ClassVar[bool] = False  # then there is ``values.clipped``
    has_words: ClassVar[bool] = False  # then there is ``values.folded``
    has_texts: ClassVar[bool] = False  # then there are ``values.texts`` and ``values.tokenized``
    why_unused: ClassVar[str] = ""  # of a kind that neither goes into a model nor can be told; after the column's name

    kind: str
    name: str
    missing: int = Field(0, ge=0)
    distinct: int = Field(0, ge=0)
    gaps: Names = Field((), description="The words that stand for a missing value in its file.")
    is_identifier: bool = Field(
        False, description="Whether it only counts or names the rows: it goes in where it is chosen."
    )

    @property
    def encodings(self) -> frozenset[str]:
        """As what the column can be told: the encodings of targets that it has."""
        return frozenset()

    @property
    def usual_encoding(self) -> str:
        """That of ``encodings`` which the values suggest."""
        return ""

    @property
    def is_constant(self) -> bool:
        """Whether all rows are known to have the same value, or none."""
        return False

    @property
    def usual_tokenizer(self) -> str:
        """Of texts: the component that cuts them where nobody chose one."""
        return ""

    @property
    def width(self) -> int:
        """How many values a row has in it."""
        return 1

    @property
    def fits_a_cell(self) -> bool:
        """Whether a row has one plain value in it, such as a cell of a table shows."""
        return self.layout == "vector" and self.width == 1

    def refusal(self) -> TrainerError:
        """Why it cannot be told at all."""
        return TrainerError(
            "target_unfit",
            "The column “%(column)s” cannot be a target; choose one with numbers or classes.",
            field="task",
            column=self.name,
        )


class Block(Strict):
    """What a model takes as one tensor: the columns of a kind together, or one by itself, with what was fitted on the
    training rows. ``name`` is the tensor's."""

    kind: str
    name: str

    @property
    def column_names(self) -> tuple[str, ...]:
        raise NotImplementedError

    @property
    def shape(self) -> Shape:
        """Of a raw row."""
        raise NotImplementedError

    @property
    def lengths(self) -> str | None:
        """The name of the tensor, int64 [B], that tells how long each row of a batch is; None where all are alike."""
        return f"{self.name}_lengths" if None in self.shape else None

    dtype: ClassVar[str] = "float32"  # of the raw values
    gap: ClassVar[float | None] = None  # stands for a missing value; None where none can be missing

    @property
    def vocabulary(self) -> int | None:
        """How many different values there are, from 0 on, where they are numbers of something; else None."""
        return None

    @property
    def longest(self) -> int | None:
        """Steps of the longest row, where rows differ in length and there is a bound."""
        return None

    @property
    def reader_needs(self) -> Mapping[str, str]:
        """Libraries that the kind's reader needs besides NumPy, and what for, as “files of pictures”."""
        return {}

    def arguments(self) -> dict[str, Any]:
        """Of the kind's ``Encode``, as plain JSON."""
        raise NotImplementedError

    def description(self) -> dict[str, Any]:
        """For those who call the model from outside: dtype, shape, and what the values are."""
        raise NotImplementedError

    def fits(self, others: Sequence[Column]) -> bool:
        """Whether data with these columns have what the block takes, and mean the same by it."""
        raise NotImplementedError


class TextPiece(NamedTuple):
    """A part of a text: a token, known or not, what stands between two, or what is cut off."""

    text: str
    kind: PieceKind


def gaps_of(columns: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """The words for a missing value of those columns that have any."""
    return {column.name: column.gaps for column in columns if column.gaps}


class VectorBlock(Block):
    """All columns of a kind together, one value of each a row."""

    columns: Names
    gaps: dict[str, Names] = Field({}, description="The words that stand for a missing value, by column.")

    @property
    def column_names(self) -> tuple[str, ...]:
        return self.columns

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.columns),)


class LevelledBlock(VectorBlock):
    """All columns of a kind whose values number the levels of their column, with these. ``fill``, where cleaning says
    so, has for each column what stands for a missing value, or -1.
    """

    dtype: ClassVar[str] = "int64"
    gap: ClassVar[float | None] = -1

    levels: Annotated[tuple[Names, ...], Lenient] = Field(description="Of each column.")
    fill: tuple[int, ...] = Field((), strict=False)
    flagged: tuple[int, ...] = Field(
        (), strict=False, description="Places of the columns whose gaps are a feature of their own."
    )

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": list(self.columns),
            "missing": -1,
            "levels": {name: list(levels) for name, levels in zip(self.columns, self.levels, strict=True)},
            "spelling": {"missing": {name: list(gaps) for name, gaps in self.gaps.items()}},
        }

    def fits(self, others: Sequence[Column]) -> bool:
        """Whether the same numbers mean the same levels."""
        levels = {column.name: getattr(column, "levels", ()) for column in others if column.kind == self.kind}
        return all(levels.get(name) == own for name, own in zip(self.columns, self.levels, strict=True))


@cache
def kinds() -> dict[str, ModuleType]:
    """The kinds of this release by name."""
    return {info.name: import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)}


def module_of(part: Column | Block, name: str) -> Any:
    """A module of the kind's folder, as named above."""
    return import_module(f"{__name__}.{part.kind}.{name}")


@cache
def _has_sheet(kind: str) -> bool:
    return find_spec(f"{__name__}.{kind}.sheet") is not None


def can_be_drawn(column: Column) -> bool:
    """Whether its rows can be looked at as pictures."""
    return _has_sheet(column.kind)


@dataclass(frozen=True)
class AnyReading:
    """Annotation that validates ``{"kind": …, options}`` as the Reading of a kind that can be chosen."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(Annotated[reduce(or_, readings().values()), Field(discriminator="kind")])


def readings() -> dict[str, type[Reading]]:
    """The kinds that somebody can choose for a column, by name."""
    return {name: module.Reading for name, module in kinds().items() if hasattr(module, "Reading")}


def layout_of(block: Block) -> Layout:
    """The layout of the block's encoded rows."""
    layout: Layout = kinds()[block.kind].Column.layout
    return layout


def _column(value: Any) -> Any:
    return kinds()[value["kind"]].Column.model_validate(value) if isinstance(value, dict) else value


def _block(value: Any) -> Any:
    return kinds()[value["kind"]].Block.model_validate(value) if isinstance(value, dict) else value


AnyColumn = Annotated[SerializeAsAny[Column], BeforeValidator(_column)]
AnyBlock = Annotated[SerializeAsAny[Block], BeforeValidator(_block)]
