"""Reads JSON Lines (https://jsonlines.org), some thousand rows at a time."""

import codecs
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Readings
from trainer.errors import TrainerError
from trainer.formats.json_lines import Spec, is_list
from trainer.importing import object_list, series
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse
from trainer.importing.whole import LARGEST_WHOLE
from trainer.importing.words import cell

NAMED = 100
LONGEST_LINE = 16 * 1024 * 1024
MOST_COLUMNS = 2000
CHUNK_ROWS = 4096
CHUNK_CHARACTERS = 16 * 1024 * 1024
COPIED = 1024 * 1024
ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def read(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The table in the one source; columns in the order in which their keys first appear."""
    if len(sources) != 1:
        raise TrainerError(
            "json_several",
            "There are %(count)s files of JSON Lines: %(names)s. Import one at a time, or join them.",
            count=len(sources),
            names=", ".join(source.name for source in sources[:5]),
        )
    source = _in_utf8(sources[0], work)
    broken: list[int] | None = [] if spec.broken_lines == "leave out" else None
    keys = keys_of(source, broken)
    names, stated = distinct(cleaned(list(keys))), list(keys.values())
    parsed = parse(names, lambda: chunks(source, keys, is_whole=not broken), work, stated=stated, readings=readings)
    return replace(
        parsed,
        problems=(*parsed.problems, *problems(broken or ()), *_zeros(source)),
        checks=parsed.checks | checks_of(problems),
        left_out=left_out(broken or ()),
    )


def _in_utf8(source: Source, path: Path) -> Source:
    """The source, or where it is written in UTF-16, as Windows PowerShell does, a copy in UTF-8 that lies in ``path``.
    Raises TrainerError where it is not what its mark says."""
    if not source.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return source
    copy = path / "utf-8"
    try:
        with source.path.open("r", encoding="utf-16", newline="") as file, copy.open("w", encoding="utf-8") as target:
            shutil.copyfileobj(file, target, COPIED)
    except UnicodeError as error:
        raise TrainerError(
            "json_encoding",
            "“%(name)s” begins as UTF-16 and is not written so throughout. Save it as UTF-8.",
            name=source.name,
        ) from error
    return Source.of(copy, source.name)


def problems(broken: Sequence[int]) -> Iterator[Problem]:
    """Lines that were left out."""
    if broken:
        lines = ", ".join(map(str, broken[:NAMED])) + (" …" if len(broken) > NAMED else "")
        yield problem("broken_lines", count=len(broken), lines=lines)


def _zeros(source: Source) -> Iterator[Problem]:
    """Zero characters in texts, which JSON writes as an escape. They are looked for in all lines at once."""
    row = 0
    with source.path.open("rb") as file:
        while (piece := file.read(COPIED) + file.readline(LONGEST_LINE)) and not ZERO.search(piece):
            row += piece.count(b"\n")
    if match := ZERO.search(piece):
        yield problem("zero_characters", row=row + piece.count(b"\n", 0, match.start()) + 1)


def left_out(broken: Sequence[int], prefix: str = "") -> tuple[LeftOut, ...]:
    """These lines one by one; ``prefix`` says of which file."""
    return tuple(LeftOut(f"{prefix}line {line}", "no JSON object") for line in broken)


def keys_of(source: Source, broken: list[int] | None = None) -> dict[str, Stated]:
    """What each column holds: texts alone, numbers alone, or anything, which is then read as it is spelled. The numbers
    of broken lines are added to ``broken``. Raises TrainerError at one where there is no such list."""
    keys: dict[str, set[Stated]] = {}
    for line, row in _rows(source, broken):
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


def chunks(source: Source, keys: Mapping[str, Stated], *, is_whole: bool = True) -> Iterator[Chunk]:
    """All rows; where not all lines are whole, without the broken ones."""
    lines: list[int] = []
    rows: list[list[str]] = []
    characters = 0
    for line, row in _rows(source, None if is_whole else []):
        lines.append(line)
        rows.append([cell(row.get(key)) for key in keys])
        characters += sum(map(len, rows[-1]))
        if len(rows) == CHUNK_ROWS or characters > CHUNK_CHARACTERS:
            yield _chunk(lines, rows, keys)
            lines, rows, characters = [], [], 0
    if rows:
        yield _chunk(lines, rows, keys)


def _chunk(lines: list[int], rows: list[list[str]], keys: Mapping[str, Stated]) -> Chunk:
    columns = zip(*rows, strict=True)
    return Chunk(
        lines,
        [
            np.array([float(text or "nan") for text in cells]) if stated == "numbers" else series.of(cells)
            for stated, cells in zip(keys.values(), columns, strict=True)
        ],
    )


def _rows(source: Source, broken: list[int] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    if is_list(source):
        yield from _elements(source, broken)
        return
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
            if not line.strip():
                continue
            try:
                row = _object(line, number)
            except TrainerError:
                if broken is None:
                    raise
                broken.append(number)
            else:
                yield number, row


def _elements(source: Source, broken: list[int] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Those of a list. Where it is damaged it is refused in any case: what comes behind would be lost unseen."""
    try:
        with source.path.open("r", encoding="utf-8", errors="surrogateescape") as file:
            for element in object_list.elements(file):
                if element.row is not None:
                    yield element.line, element.row
                elif broken is not None:
                    broken.append(element.line)
                else:
                    raise TrainerError(
                        "json_array_object",
                        "Number %(number)s of the list, in line %(line)s, is not an object with keys and values in "
                        "UTF-8. Correct it, or choose in the format's settings to leave such lines out.",
                        number=element.number,
                        line=element.line,
                    )
    except object_list.DamagedListError as error:
        raise TrainerError(
            "json_array",
            "“%(name)s” is damaged at object %(number)s of its list, in line %(line)s. Write it again, or write one "
            "object a line.",
            name=source.name,
            number=error.number,
            line=error.line,
        ) from error


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise TrainerError(
            "json_syntax",
            "Line %(line)s is not valid JSON. Write one object a line, in UTF-8, or choose in the format's settings "
            "to leave such lines out.",
            line=number,
        ) from error
    if not isinstance(row, dict):
        raise TrainerError(
            "json_object",
            'Line %(line)s is not an object with keys and values. Write one object a line, for example {"text": "…", '
            '"label": "…"}, or choose in the format\'s settings to leave such lines out.',
            line=number,
        )
    return row
