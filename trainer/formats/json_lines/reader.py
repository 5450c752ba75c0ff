"""Reads JSON Lines (https://jsonlines.org), some thousand rows at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Readings
from trainer.errors import TrainerError
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import Parsed
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse

LONGEST_LINE = 16 * 1024 * 1024
MOST_COLUMNS = 2000
LARGEST_WHOLE = 2**53  # beyond, float64 does not keep every digit
CHUNK_ROWS = 4096
CHUNK_CHARACTERS = 16 * 1024 * 1024


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The table in the one source; columns in the order in which their keys first appear."""
    if len(sources) != 1:
        raise TrainerError(
            "json_several",
            "There are %(count)s files of JSON Lines: %(names)s. Import one at a time, or join them.",
            count=len(sources),
            names=", ".join(source.name for source in sources[:5]),
        )
    source = sources[0]
    keys = keys_of(source)
    return parse(
        distinct(cleaned(list(keys))), chunks(source, keys), work, stated=list(keys.values()), readings=readings
    )


def keys_of(source: Source) -> dict[str, Stated]:
    """What each column holds: texts alone, numbers alone, or anything, which is then read as it is spelled."""
    keys: dict[str, set[Stated]] = {}
    for line, row in _rows(source):
        for key, value in row.items():
            types = keys.setdefault(key, set())
            if value is not None:
                types.add(_stated(value))
        if len(keys) > MOST_COLUMNS:
            raise TrainerError(
                "json_columns",
                "Up to line %(line)s there are more than %(most)s different keys. Write rows with the same keys.",
                line=line,
                most=MOST_COLUMNS,
            )
    if not keys:
        raise TrainerError("json_no_rows", "“%(name)s” holds no rows. Choose a file with data.", name=source.name)
    return {key: next(iter(types)) if len(types) == 1 else "spelled" for key, types in keys.items()}


def _stated(value: Any) -> Stated:
    if isinstance(value, str):
        return "words"
    is_number = isinstance(value, float) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE
    )
    return "numbers" if is_number else "spelled"


def chunks(source: Source, keys: Mapping[str, Stated]) -> Iterator[Chunk]:
    lines: list[int] = []
    rows: list[list[str]] = []
    held = 0
    for line, row in _rows(source):
        lines.append(line)
        rows.append([_cell(row.get(key)) for key in keys])
        held += sum(map(len, rows[-1]))
        if len(rows) == CHUNK_ROWS or held > CHUNK_CHARACTERS:
            yield _chunk(lines, rows, keys)
            lines, rows, held = [], [], 0
    if rows:
        yield _chunk(lines, rows, keys)


def _chunk(lines: list[int], rows: list[list[str]], keys: Mapping[str, Stated]) -> Chunk:
    columns = zip(*rows, strict=True)
    return Chunk(
        lines,
        [
            np.array([float(cell or "nan") for cell in cells]) if stated == "numbers" else series.of(cells)
            for stated, cells in zip(keys.values(), columns, strict=True)
        ],
    )


def _cell(value: Any) -> str:
    """A value as the cell of a table: nothing as an empty one, lists and objects as JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _rows(source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    with source.path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise TrainerError(
                    "json_line",
                    "Line %(line)s is longer than %(most)s million bytes. Write one object a line.",
                    line=number,
                    most=LONGEST_LINE // 1024**2,
                )
            if line.strip():
                yield number, _object(line, number)


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise TrainerError(
            "json_syntax", "Line %(line)s is not valid JSON. Write one object a line, in UTF-8.", line=number
        ) from error
    if not isinstance(row, dict):
        raise TrainerError(
            "json_object",
            "Line %(line)s is not an object with keys and values. Write one object a "
            'line, for example {"text": "…", "label": "…"}.',
            line=number,
        )
    return row
