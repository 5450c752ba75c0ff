"""Tables of typed columns, as record batches of Arrow, as prepared data: what a file states of its columns stays so."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.columns import Readings
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse
from trainer.importing.whole import LARGEST_WHOLE

MOST_COLUMNS = 20_000
CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
LONGEST_BYTES = 40
A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

Batches = Callable[[Sequence[str] | None], Iterator[pa.RecordBatch]]  # of the columns with these names, or of all


def example() -> pa.Table:
    """A small table, as formats show themselves."""
    return pa.table({"size": [row / 4 for row in range(12)], "colour": ["blue", "red", "red"] * 4})


def only(sources: Sequence[Source]) -> Source:
    """The one file. Raises TrainerError where there are several."""
    if len(sources) != 1:
        raise TrainerError(
            "typed_several",
            "There are %(count)s tables: %(names)s. Import one at a time, or join them.",
            count=len(sources),
            names=", ".join(source.name for source in sources[:5]),
        )
    return sources[0]


def read(source: Source, schema: pa.Schema, batches: Batches, work: Path, readings: Readings) -> Parsed:
    """The table. Raises TrainerError where it has no columns or rows, or too many columns."""
    if not 0 < len(schema) <= MOST_COLUMNS:
        raise TrainerError(
            "typed_columns",
            "“%(name)s” has %(columns)s columns; between one and %(most)s are read. Import the columns that matter.",
            name=source.name,
            columns=len(schema),
            most=MOST_COLUMNS,
        )
    large, zeros = _large(schema, batches), Zeros()
    stated = [_stated(field.type, large=field.name in large) for field in schema]
    parsed = parse(
        distinct(cleaned(schema.names)),
        lambda: _chunks(batches(None), stated, zeros),
        work,
        stated=stated,
        readings=readings,
    )
    if not parsed.summary.rows:
        raise TrainerError("typed_no_rows", "“%(name)s” holds no rows. Choose a file with data.", name=source.name)
    told = tuple(_of_columns(schema, parsed))
    return replace(
        parsed, problems=(*told, *zeros.problems(), *parsed.problems), checks=parsed.checks | checks_of(_of_columns)
    )


def _of_columns(schema: pa.Schema, parsed: Parsed) -> Iterator[Problem]:
    """What the types of columns give reason to say."""
    for field, column in zip(schema, parsed.summary.columns, strict=True):
        if _is_time(field.type) and column.layout is not None:
            yield problem("durations", column=column.name)
        if _holds_bytes(field.type):
            yield problem("bytes_column", column=column.name)


@contextmanager
def refusing_damage(source: Source) -> Iterator[None]:
    """Raises TrainerError with a sentence for what Arrow cannot read."""
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise TrainerError(
            "typed_damaged",
            "“%(name)s” is damaged, cut short, or written in a way that is not known here. Write it again, "
            "or save it as CSV.",
            name=source.name,
        ) from error


def _large(schema: pa.Schema, batches: Batches) -> set[str]:
    """Columns of whole numbers that float64 would not keep digit by digit, as identifiers have them."""
    wide = [field.name for field in schema if pa.types.is_int64(field.type) or pa.types.is_uint64(field.type)]
    found: set[str] = set()
    if len(set(wide)) == len(wide) and wide:
        for batch in batches(wide):
            for name in set(wide) - found:
                bounds = pc.min_max(batch.column(name)).as_py()
                if max(abs(bounds["min"] or 0), abs(bounds["max"] or 0)) > LARGEST_WHOLE:
                    found.add(name)
    return found


def _stated(kind: pa.DataType, *, large: bool) -> Stated:
    if pa.types.is_dictionary(kind):
        return _stated(kind.value_type, large=False)
    if _is_text(kind) or large or _holds_bytes(kind):
        return "words"
    if _is_time(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers"
    return "spelled"


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_duration(kind) or pa.types.is_time(kind))


def _holds_bytes(kind: pa.DataType) -> bool:
    """Whether these may be pictures or sounds; bytes of one length are identifiers."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


class Zeros:
    """Zero characters, which nothing that shows texts can hold; ``row`` is the first with one, or 0."""

    row = 0

    def without(self, cells: pa.StringArray, start: int) -> pa.StringArray:
        """The cells from row ``start`` on, with spaces in place of such characters."""
        if not series.contain(cells, b"\0"):
            return cells
        has_zero = np.asarray(pc.match_substring(cells, "\0"))
        self.row = self.row or start + int(np.argmax(has_zero))
        return pc.replace_substring(cells, "\0", " ")

    def problems(self) -> Iterator[Problem]:
        if self.row:
            yield problem("zero_characters", row=self.row)


def _chunks(batches: Iterator[pa.RecordBatch], stated: Sequence[Stated], zeros: Zeros) -> Iterator[Chunk]:
    most, start = max(1, min(CHUNK_ROWS, CHUNK_CELLS // len(stated))), 1
    for batch in batches:
        for at in range(0, batch.num_rows, most):
            part = batch.slice(at, most)
            columns = [
                _numbers(column) if kind == "numbers" else zeros.without(_texts(column), start)
                for kind, column in zip(stated, part.columns, strict=True)
            ]
            yield Chunk(range(start, start + part.num_rows), columns)
            start += part.num_rows


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _whole(kind: pa.DataType) -> pa.DataType:
    return pa.int32() if pa.types.is_time32(kind) else pa.int64()


def _numbers(column: pa.Array) -> Array:
    """Durations and times of day in seconds."""
    column = _plain(column)
    if _is_time(column.type):
        whole = pc.cast(pc.cast(column, _whole(column.type)), pa.float64(), safe=False)
        values = pc.divide(whole, float(A_SECOND[column.type.unit]))
    else:
        values = pc.cast(column, pa.float64(), safe=False)
    return np.asarray(values.fill_null(np.nan).to_numpy(zero_copy_only=False), np.float64)


def _texts(column: pa.Array) -> pa.StringArray:
    column = _plain(column)
    if _is_text(column.type):
        column.validate(full=True)
        return pc.cast(column, pa.string()).fill_null("")
    if pa.types.is_temporal(column.type):
        column = pc.cast(column, pa.string())
    return series.of(map(_text, column.to_pylist()))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return "0x" + value[:LONGEST_BYTES].hex()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)
