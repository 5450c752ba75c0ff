"""Reads NumPy's arrays as the columns of a table, some thousand rows at a time; pickled objects are never opened."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

from trainer.columns import Readings
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import Parsed
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse
from trainer.sentences import gettext_noop as _

MOST_COLUMNS = 20_000
CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
LARGEST_WHOLE = 2**53  # beyond, float64 does not keep every digit
STATED: dict[str, Stated] = {"i": "numbers", "u": "numbers", "f": "numbers", "b": "spelled", "U": "words", "S": "words"}


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The arrays side by side. Raises TrainerError where they are no columns of one table."""
    arrays = {PurePosixPath(source.name).name.removesuffix(".npy"): _opened(source) for source in sources}
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1 or not any(lengths.values()):
        raise TrainerError(
            "npz_lengths",
            "The arrays do not have the same number of rows, and at least one: %(lengths)s. Save those "
            "of one table in a file of their own.",
            lengths=", ".join(f"{name}: {rows}" for name, rows in lengths.items()),
        )
    names = [name for key, array in arrays.items() for name in _names(key, array)]
    if len(names) > MOST_COLUMNS:
        raise TrainerError(
            "npz_columns",
            "The arrays have %(columns)s columns; at most %(most)s are read. Save the columns that matter.",
            columns=len(names),
            most=MOST_COLUMNS,
        )
    stated = [kind for array in arrays.values() for kind in [_stated(array)] * _width(array)]
    return parse(
        distinct(cleaned(names)), _chunks(list(arrays.values()), stated), work, stated=stated, readings=readings
    )


def _opened(source: Source) -> Array:
    """The array as a map of its file, of one or two dimensions."""
    try:
        array = np.lib.format.open_memmap(source.path, mode="r")
    except (ValueError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        code, sentence = _refusal(str(error))
        raise TrainerError(code, sentence, name=source.name) from error
    if array.ndim not in {1, 2} or array.dtype.kind not in STATED:
        raise TrainerError(
            "npz_array",
            "“%(name)s” is an array of %(dtype)s in %(dimensions)s dimensions, which is no column of a table. "
            "Save pictures as IDX or PNG.",
            name=source.name,
            dtype=str(array.dtype),
            dimensions=array.ndim,
        )
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
    return [key] if array.ndim == 1 else [f"{key} {at}" for at in range(1, array.shape[1] + 1)]


def _stated(array: Array) -> Stated:
    """Identifiers of more digits than float64 keeps are spelled out."""
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size:
        rows = max(1, CHUNK_CELLS // _width(array))
        parts = (array[at : at + rows] for at in range(0, len(array), rows))
        if any(int(part.max()) > LARGEST_WHOLE or int(part.min()) < -LARGEST_WHOLE for part in parts):
            return "spelled"
    return STATED[array.dtype.kind]


def _chunks(arrays: Sequence[Array], stated: Sequence[Stated]) -> Iterator[Chunk]:
    most, rows = max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(1, len(stated)))), len(arrays[0])
    for start in range(0, rows, most):
        parts = [array[start : start + most] for array in arrays]
        columns = [column for part in parts for column in ([part] if part.ndim == 1 else part.T)]
        yield Chunk(
            range(start + 1, start + 1 + len(parts[0])),
            [
                np.array(column, np.float64) if kind == "numbers" else _texts(column)
                for kind, column in zip(stated, columns, strict=True)
            ],
        )


def _texts(column: Array) -> pa.StringArray:
    return series.of(map(_text, column.tolist()))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", " ")
    return str(value).lower() if isinstance(value, bool) else str(value).replace("\0", " ")
