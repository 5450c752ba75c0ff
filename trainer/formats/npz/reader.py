"""Reads NumPy's arrays as the columns of a table, some thousand rows at a time; pickled objects are never opened."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

from trainer.columns import Readings
from trainer.data.partition import PARTS, SPLIT
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.formats.npz import pictures
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import Parsed
from trainer.importing.pixels import part_in
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse
from trainer.importing.whole import LARGEST_WHOLE
from trainer.sentences import gettext_noop as _

MOST_COLUMNS = 20_000
NAMED = 5
CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
STATED: dict[str, Stated] = {
    "i": "numbers",
    "u": "numbers",
    "f": "numbers",
    "b": "spelled",
    "U": "words",
    "S": "words",
    "M": "spelled",
}


@dataclass(frozen=True)
class Part:
    """Arrays with as many rows each; ``name`` is the part of the data that they are, where they are a part."""

    name: str | None
    arrays: dict[str, Array]

    @property
    def rows(self) -> int:
        return len(next(iter(self.arrays.values())))

    @property
    def names(self) -> list[str]:
        return [name for key, array in self.arrays.items() for name in _names(key, array)]

    @property
    def stated(self) -> list[Stated]:
        return [kind for array in self.arrays.values() for kind in [_stated(array)] * _width(array)]


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The arrays side by side, or the pictures in them. Raises TrainerError where they are no columns of one table."""
    arrays = {PurePosixPath(source.name).name.removesuffix(".npy"): _opened(source) for source in sources}
    single = [name for name, array in arrays.items() if not array.ndim]
    arrays = {name: array for name, array in arrays.items() if array.ndim}
    _require_arrays(arrays, single)
    if any(map(pictures.are_pictures, arrays.values())):
        return pictures.without(pictures.read(arrays, work), single)
    columns = _columns(arrays)
    for name, column in columns.items():
        _require_column(name, column)
    parts = _parts(columns, are_apart=_are_tables(arrays))
    names = parts[0].names if len(parts) == 1 else [*parts[0].names, SPLIT]
    _require_few(names)
    stated = _agreed(parts)
    parsed = parse(distinct(cleaned(names)), lambda: _chunks(parts, stated), work, stated=stated, readings=readings)
    return pictures.without(parsed, single)


def _require_arrays(arrays: Mapping[str, Array], single: Sequence[str]) -> None:
    if not arrays:
        raise TrainerError(
            "npz_single_values",
            "The file holds single values only: %(names)s. Save arrays with one value for each row.",
            names=", ".join(single[:NAMED]),
        )


def _columns(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays and the fields of records, which are called after their array too where names would meet."""
    records = [key for key, array in arrays.items() if array.dtype.names]
    others = {key for key in arrays if key not in records}
    is_alone = len(records) == 1 and others.isdisjoint(arrays[records[0]].dtype.names or ())
    columns: dict[str, Array] = {}
    for key, array in arrays.items():
        for name, column in _fields(key, array, "" if is_alone else f"{key}_"):
            if name in columns:
                raise TrainerError(
                    "npz_names",
                    "Two columns would be called “%(name)s”: one is a field of records. Give it another name.",
                    name=name,
                )
            columns[name] = column
    return columns


def _are_tables(arrays: Mapping[str, Array]) -> bool:
    """Whether all have records with the same fields, and their names tell several parts."""
    fields = {array.dtype.names for array in arrays.values()}
    parts = {part_in(key) for key in arrays}
    return len(fields) == 1 and None not in fields | parts and len(parts) > 1


def _fields(key: str, array: Array, prefix: str) -> Iterator[tuple[str, Array]]:
    """The fields of an array of records, or the array itself."""
    if array.dtype.names is None:
        yield key, array
    else:
        yield from ((prefix + name, array[name]) for name in array.dtype.names)


def _require_column(name: str, array: Array) -> None:
    if array.ndim not in {1, 2} or array.dtype.kind not in STATED:
        raise TrainerError(
            "npz_array",
            "“%(name)s” is an array of %(dtype)s in %(dimensions)s dimensions, which is no column of a table. "
            "Save numbers or texts in one or two dimensions, and pictures as [rows, height, width].",
            name=name,
            dtype=str(array.dtype),
            dimensions=array.ndim,
        )


def _require_few(names: Sequence[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise TrainerError(
            "npz_columns",
            "The arrays have %(columns)s columns; at most %(most)s are read. Save the columns that matter.",
            columns=len(names),
            most=MOST_COLUMNS,
        )


def _parts(arrays: dict[str, Array], *, are_apart: bool) -> list[Part]:
    """All arrays as one table, or where their lengths differ, those of each part that their names tell, as x_train and
    x_test; then a column says the part. ``are_apart`` says that each is a table of its own, whatever its length. Raises
    TrainerError where they do not fit together."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if not are_apart and len(set(lengths.values())) == 1 and any(lengths.values()):
        return [Part(None, arrays)]
    parts = [Part(part, own) for part in PARTS if (own := _of_part(arrays, part))]
    is_whole = sum(len(part.arrays) for part in parts) == len(arrays) and all(
        len(set(map(len, part.arrays.values()))) == 1 and part.rows for part in parts
    )
    if not is_whole or len(parts) < 2 or any(part.names != parts[0].names for part in parts):
        raise TrainerError(
            "npz_lengths",
            "The arrays do not have the same number of rows, and at least one: %(lengths)s. Save those of one table in "
            "a file of their own, or call those of its parts alike but for train and test, as x_train and x_test.",
            lengths=", ".join(f"{name}: {rows}" for name, rows in lengths.items()),
        )
    return parts


def _of_part(arrays: dict[str, Array], part: str) -> dict[str, Array]:
    """Those that a word of their names says to be of the part, by the other words in order."""
    own = {name: array for name, array in arrays.items() if part_in(name) == part}
    stems = {name: " ".join(word for word in re.split(r"[\W_]+", name) if not part_in(word)) or "x" for name in own}
    return {stems[name]: own[name] for name in sorted(own, key=stems.__getitem__)}


def _agreed(parts: Sequence[Part]) -> list[Stated]:
    """What all parts say of each column, and of the one that tells them apart."""
    kinds = zip(*(part.stated for part in parts), strict=True)
    stated: list[Stated] = [own[0] if len(set(own)) == 1 else "spelled" for own in kinds]
    return stated if len(parts) == 1 else [*stated, "words"]


def _opened(source: Source) -> Array:
    """The array as a map of its file."""
    try:
        array = np.lib.format.open_memmap(source.path, mode="r")
    except (ValueError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        code, sentence = _refusal(str(error))
        raise TrainerError(code, sentence, name=source.name) from error
    return array


def _refusal(reason: str) -> tuple[str, str]:
    if "object" in reason.lower():
        return (
            "pickle_refused",
            _(
                "“%(name)s” holds pickled Python objects, which can run programs and are never opened here. Save it "
                "with numbers or texts alone."
            ),
        )
    return "npz_damaged", _("“%(name)s” is damaged or cut short. Save it again.")


def _width(array: Array) -> int:
    return 1 if array.ndim == 1 else array.shape[1]


def _names(key: str, array: Array) -> list[str]:
    return [key] if _width(array) == 1 else [f"{key} {at}" for at in range(1, array.shape[1] + 1)]


def _stated(array: Array) -> Stated:
    """Identifiers of more digits than float64 keeps are spelled out."""
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size:
        rows = max(1, CHUNK_CELLS // _width(array))
        parts = (array[at : at + rows] for at in range(0, len(array), rows))
        if any(int(part.max()) > LARGEST_WHOLE or int(part.min()) < -LARGEST_WHOLE for part in parts):
            return "spelled"
    return STATED[array.dtype.kind]


def _chunks(parts: Sequence[Part], stated: Sequence[Stated]) -> Iterator[Chunk]:
    most, line = max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(1, len(stated)))), 1
    for part in parts:
        for start in range(0, part.rows, most):
            some = [array[start : start + most] for array in part.arrays.values()]
            columns = [column for array in some for column in ([array] if array.ndim == 1 else array.T)]
            count = len(some[0])
            own = [] if part.name is None else [series.of([part.name] * count)]
            cells = [
                np.array(column, np.float64) if kind == "numbers" else _texts(column)
                for kind, column in zip(stated, columns, strict=False)
            ]
            yield Chunk(range(line, line + count), [*cells, *own])
            line += count


def _texts(column: Array) -> pa.StringArray:
    if column.dtype.kind == "M":
        return series.of("" if text == "NaT" else text for text in np.datetime_as_string(column).tolist())
    return series.of(map(_text, column.tolist()))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", " ")
    return str(value).lower() if isinstance(value, bool) else str(value).replace("\0", " ")
