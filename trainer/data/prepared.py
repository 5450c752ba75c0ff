"""Prepared data: one memory-mapped file that every rank, evaluation and export reads.

The file is safetensors. Its metadata hold the ``DataSummary``. An array is named by what it holds: the block of all
columns of a kind (``numbers`` [N, columns], ``categories`` [N, columns], in the summary's order), or one column by
itself (``column:`` and its name, [N, …]; where rows differ in length the values of all, one row behind the other, and
``offsets:`` and its name, int64 [N + 1], where each begins). What each kind's arrays hold stands in its folder under
trainer.columns.

The same content always gives the same bytes, so the file's hash names the content.
"""

import struct
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from trainer import checked
from trainer.columns import Column, Gatherer
from trainer.data import arrays_file
from trainer.data.arrays_file import Array as Array
from trainer.data.summary import DataSummary
from trainer.errors import DamagedError, TrainerError

Indices = np.ndarray[Any, np.dtype[np.int64]]  # of rows
Derived = TypeVar("Derived")

METADATA = "summary"
FIRST_SPEAKS_SECONDS = 1.0  # that another rank leaves the first to say what both found
ROLE = "prepared"  # of such a file among a job's inputs
# What work on wrong values can end in, before anybody knows that they are wrong.
ON_DAMAGE = (
    TrainerError,
    ArithmeticError,
    AssertionError,
    LookupError,
    MemoryError,
    RuntimeError,  # torch's own errors are such
    TypeError,
    ValueError,
)


def own_name(column: str) -> str:
    """The name of the array of a column that has one of its own."""
    return f"column:{column}"


def offsets_name(column: str) -> str:
    """The name of the array that says where each row of such a column begins."""
    return f"offsets:{column}"


class Prepared:
    """A prepared file, opened. Arrays are read-only views of the file's pages: nothing is read before it is used."""

    def __init__(self, path: Path, summary: DataSummary, arrays: dict[str, Array]) -> None:
        self.path = path
        self.summary = summary
        self._arrays = arrays
        self._check: checked.Check | None = None
        self._derived: dict[Hashable, Any] = {}

    @classmethod
    def open(cls, path: Path | str, sha256: str | None = None) -> "Prepared":
        """Map the file. Raises TrainerError when it is not a prepared file or is cut short: DamagedError where it is to
        have another ``sha256``."""
        path = Path(path)
        try:
            metadata, arrays = arrays_file.read(path)
            summary = DataSummary.model_validate_json(metadata[METADATA])
        except OSError:
            if sha256 is None:
                raise
            with checked.reading(path, ROLE):
                raise
        except (KeyError, TypeError, ValueError, struct.error, ValidationError) as error:
            checked.require(path, sha256, ROLE)
            raise TrainerError(
                "prepared_damaged", "The prepared data cannot be read; import the data set again."
            ) from error
        return cls(path, summary, arrays)

    def array(self, name: str) -> Array:
        """One of the arrays named above."""
        return self._arrays[name]

    def own_array(self, column: str) -> Array:
        """The array of a column that has one of its own."""
        return self._arrays[own_name(column)]

    def ragged(self, column: str) -> tuple[Array, Array]:
        """The values of a column whose rows differ in length, and int64 [N + 1] where each row begins among them."""
        return self._arrays[own_name(column)], self._arrays[offsets_name(column)]

    def derived(self, key: Hashable, derive: Callable[[], Derived]) -> Derived:
        """What was once made of the data under this key, for all that share the opened file."""
        if key not in self._derived:
            self._derived[key] = derive()
        derived: Derived = self._derived[key]
        return derived

    def places(self, columns: Iterable[Column]) -> list[int]:
        """Where columns of one kind stand in their kind's block."""
        columns = list(columns)
        return self.places_of(columns[0].kind, [column.name for column in columns]) if columns else []

    def places_of(self, kind: str, names: Sequence[str]) -> list[int]:
        """The same by their names."""
        places = {name: place for place, name in enumerate(self._names_of(kind))}
        return [places[name] for name in names]

    def gatherer_of_block(self, name: str, places: Sequence[int]) -> Gatherer:
        """Of the columns at these places of a kind's block, [B, places]."""
        gather = gatherer(self.array(name))
        if list(places) == list(range(self.array(name).shape[1])):
            return gather
        return lambda rows: gather(rows)[:, places]

    def _names_of(self, kind: str) -> list[str]:
        return [column.name for column in self.summary.columns if column.kind == kind]

    @contextmanager
    def checking(self, sha256: str | None, *, beside: bool = True) -> Iterator[None]:
        """Hash the whole file while the caller works with it; without a ``sha256`` there is nothing to hold it against.
        Not ``beside`` the work, but where that fails: what all ranks do but the first.

        Raises DamagedError behind the work, and in place of whatever else damaged data brought about.
        """
        if sha256 is None:
            yield
            return
        self._check = checked.Check(self.path, sha256, ROLE) if beside else None
        try:
            yield
            self.is_whole()
        except (DamagedError, OSError):
            raise
        except ON_DAMAGE:
            self._require(sha256)
            raise
        finally:
            if self._check is not None:
                self._check.abandon()
                self._check = None

    def _require(self, sha256: str) -> None:
        """Raises DamagedError for data that are not whole; on another rank than the first once that one has said so."""
        if self._check is not None:
            self._check.has_passed(wait=True)
            return
        try:
            checked.require(self.path, sha256, ROLE)
        except DamagedError:
            time.sleep(FIRST_SPEAKS_SECONDS)
            raise

    def is_whole(self, *, wait: bool = True) -> bool:
        """Whether all of the file is known to be what it should be; False while that is not known
        yet. Raises DamagedError."""
        return self._check is None or self._check.has_passed(wait=wait)

    def __len__(self) -> int:
        return self.summary.rows


def gatherer(array: Array) -> Gatherer:
    """Of whole rows. ``take`` copies them at once, four times as fast as an index in brackets."""
    return lambda rows: array.take(rows, axis=0)


def write_prepared(path: Path, summary: DataSummary, arrays: Mapping[str, Array]) -> None:
    """Write a prepared file: to a temporary name, synced, renamed. Arrays may be memory maps; memory stays flat."""
    arrays_file.write(path, {METADATA: summary.model_dump_json()}, arrays)
