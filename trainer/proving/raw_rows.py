"""Rows from outside, one by one, out of CSV, JSON, .npy and folders of pictures. Shipped beside exports; it needs
NumPy alone."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from trainer.columns.image.files import SUFFIXES
from trainer.importing.names import cleaned, distinct
from trainer.importing.object_list import PIECE, elements
from trainer.importing.spaced import SPACE, tabbed, uncommented

Row = tuple[str, dict[str, Any]]  # where it stands, as "line 3" or a file's name, and its values by column
Cells = Iterator[tuple[int, list[str]]]
MOST_ABOVE = 1100  # lines that may stand above the names
LONGEST_CELL = 1024 * 1024
STDIN = Path("-")
ROW_NAMES = distinct([""])[0]  # what an import calls the column of R's names of rows
JSON_LINES = (".jsonl", ".ndjson", ".json")
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read(path: Path, names: Sequence[str], written: dict[str, Any], is_table: bool, encoding: str) -> Iterator[Row]:
    """The rows of a file or of standard input, with at least the columns ``names``.

    ``written`` is how the table of the training rows was written. ``is_table`` says that standard input is a CSV, and
    ``encoding`` which one this file has, where it is not empty. Raises ValueError with a sentence, UnicodeError for
    another encoding, and OSError.
    """
    if path.suffix == ".npy" or path.is_dir() or path.name.lower().endswith(SUFFIXES):
        if len(names) > 1:
            raise ValueError(f"pictures alone do not hold the columns {quoted(names)}; name the pictures in a table.")
        yield from pictures(path, names[0])
        return
    is_table = is_table or (path != STDIN and path.suffix.lower() not in JSON_LINES)
    with opened(path, encoding or (written["encoding"] if is_table else "utf-8")) as file:
        yield from table(file, names, written) if is_table else objects(file)


def pictures(path: Path, name: str) -> Iterator[Row]:
    """Those of an array [rows, channels, height, width], of a folder, or the one in a file."""
    if path.suffix == ".npy":
        for number, picture in enumerate(np.load(path, mmap_mode="r", allow_pickle=False), 1):
            yield f"picture {number}", {name: picture}
    else:
        for file in picture_files(path):
            yield f"“{file}”", {name: file}


def picture_files(path: Path) -> list[str]:
    """The pictures in a folder and the folders in it, in the order of their names, or the one file; no hidden ones."""
    if not path.is_dir():
        return [path.name]
    names = sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    return [name for name in names if name.lower().endswith(SUFFIXES) and not any(map(is_hidden, name.split("/")))]


def is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def opened(path: Path, encoding: str) -> io.TextIOWrapper:
    """The text; the mark of UTF-8 or UTF-16 at its beginning overrules ``encoding``."""
    binary = open(0 if path == STDIN else path, "rb")  # noqa: SIM115 - the text closes it
    beginning = binary.peek(3)
    marked = next((codec for mark, codec in MARKS.items() if beginning.startswith(mark)), encoding)
    return io.TextIOWrapper(binary, marked, newline="")


def table(file: Iterable[str], names: Sequence[str], written: dict[str, Any]) -> Iterator[Row]:
    """The rows of a CSV below the line that names all of the columns."""
    columns, rows = heading(numbered(file, written["delimiter"]), names, has_names=written["header"])
    for line, row in rows:
        if len(row) < len(columns) or any(row[len(columns) :]):
            raise ValueError(f"line {line} has {len(row)} values where there are {len(columns)} columns.")
        yield f"line {line}", dict(zip(columns, row, strict=False))


def numbered(file: Iterable[str], delimiter: str) -> Cells:
    """The rows that are not blank, each with the line that it begins in."""
    csv.field_size_limit(LONGEST_CELL)
    if delimiter == SPACE:
        file, delimiter = map(tabbed, file), "\t"
    reader, line = csv.reader(file, delimiter=delimiter, strict=True), 1
    try:
        for row in reader:
            if any(cell.strip().strip("\0\x1a") for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"from line {line} on it is no CSV, maybe for a quotation mark: {error}.") from error


def heading(rows: Cells, names: Sequence[str], *, has_names: bool) -> tuple[list[str], Cells]:
    """The names of the columns, and the rows below. Columns are numbered where the training rows had no names."""
    best: list[str] = []
    for line, row in islice(rows, MOST_ABOVE):
        columns = distinct(cleaned([uncommented(row[0]), *row[1:]]))
        if set(names) <= set(columns):
            return with_row_names(columns, rows)
        if has_names and 0 < len(set(names) & set(columns)) == len(set(names) - {ROW_NAMES}):
            best, rows = with_row_names(columns, rows)
            if set(names) <= set(best):
                return best, rows
            break
        if not has_names:
            return distinct([""] * len(row)), chain([(line, row)], rows)
        best = max(best, columns, key=lambda own: len(set(own).intersection(names)))
    absent = next((name for name in names if name not in best), "")
    raise ValueError(f"it has no column “{absent}”; it has {quoted(best)}." if best else "it holds no rows.")


def with_row_names(columns: list[str], rows: Cells) -> tuple[list[str], Cells]:
    """Tables of R have one name less than the values of every row, whose first is the row's name."""
    first = list(islice(rows, 1))
    has_row_names = any(len(row) == len(columns) + 1 and row[-1].strip() for _, row in first)
    return distinct(cleaned(["", *columns])) if has_row_names else columns, chain(first, rows)


def objects(file: IO[str]) -> Iterator[Row]:
    """The objects of JSON Lines or of one list; their keys are made names as an import makes them."""
    names: dict[str, str] = {}
    for place, row in placed(file):
        names |= {key: cleaned([key])[0] for key in row.keys() - names.keys()}
        yield place, {names[key]: value for key, value in row.items()}


def placed(file: IO[str]) -> Iterator[Row]:
    """The objects with their own keys: of a list where the first letter is its bracket."""
    blank, first = "", file.readline(PIECE)
    while first and not first.strip():
        blank, first = blank + first, file.readline(PIECE)
    if first.lstrip().startswith("["):
        yield from of_list(file, blank + first)
    else:
        lines = io.StringIO(blank + first + ("" if first.endswith("\n") else file.readline()), newline="")
        yield from of_lines(chain(lines, file))


def of_list(file: IO[str], beginning: str) -> Iterator[Row]:
    for element in elements(file, beginning):
        if element.row is None:
            raise ValueError(f"number {element.number} of its list, in line {element.line}, is no JSON object.")
        yield f"object {element.number}", element.row


def of_lines(lines: Iterable[str]) -> Iterator[Row]:
    for line, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {line} is no JSON at its character {error.colno}: {error.msg}.") from error
        if not isinstance(row, dict):
            raise ValueError(f"line {line} is no JSON object.")
        yield f"line {line}", row


def quoted(names: Iterable[str], most: int = 20) -> str:
    names = list(names)
    return ", ".join(f"“{name[:80]}”" for name in names[:most]) + (" …" if len(names) > most else "")
