"""Run an exported model on raw rows, with nothing but numpy and the library that the format belongs to.

    python predict.py run_onnx.py rows.csv            prints one answer per line, as JSON
    python predict.py run_onnx.py images.npy --batch 32

Rows are a table with a header, in any of the forms of CSV that the import takes: the same encodings, delimiters, decimal commas
and words for a missing value, spaces around a value do not count. A row whose fields are all empty is answered like any other;
blank lines are not rows. Pictures are a .npy file, uint8 [rows, channels, height, width]. ``preprocess.json`` says how they
become the numbers that the model takes, and ``answer.py`` puts an answer into words. This file is shipped beside every export,
and the parity check runs it in a process that has none of the code that trained the model: what it does as the import does, it
does with rules of its own.
"""

import argparse
import csv
import io
import json
import re
import runpy
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 4 * 1024 * 1024
SAMPLE_ROWS = 200
LONGEST_CELL = 1024 * 1024
LONGEST_NAME = 200
LARGEST = 1e33  # a larger number counts as missing: the model computes in float32
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?", re.ASCII)


class RowsError(Exception):
    """The rows cannot be read; the message says why."""


class Table(NamedTuple):
    """Rows of text below the names of their columns. ``comma``: numbers are written with a decimal comma."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    comma: bool


def read(path: Path, preprocess: dict[str, Any]) -> Array:
    """The raw rows in a file: pixels uint8 0 to 255 NCHW, or columns float32."""
    if preprocess["kind"] == "image":
        return pictures(path, tuple(preprocess["input"]["shape"][1:]))
    columns = preprocess["columns"]
    try:
        found = table(path.read_bytes(), [column["name"] for column in columns], preprocess["decimal_comma"])
    except (RowsError, UnicodeError, csv.Error) as error:
        raise RowsError(f"{path.name} cannot be read: {error}") from error
    encoded = encode(found, columns)
    for place, column in enumerate(columns):
        tell(column, cells(found, column), encoded[:, place], preprocess["missing"])
    return encoded


def pictures(path: Path, shape: tuple[int, ...]) -> Array:
    """Pixels 0 to 255 as uint8 [rows, channels, height, width], in the file until they are asked for. Raises RowsError."""
    wanted = f"Save pictures with numpy.save: uint8, 0 to 255, [rows, {', '.join(map(str, shape))}]."
    try:
        pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise RowsError(f"{path.name} is no .npy file. {wanted}") from error
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape[1:] != shape:
        found = f"{pixels.dtype} {list(pixels.shape)}" if isinstance(pixels, np.ndarray) else "several arrays"
        raise RowsError(f"{path.name} holds {found}. {wanted}")
    return pixels


def table(raw: bytes, wanted: Sequence[str], comma: bool) -> Table:
    """The table in a CSV file that has all ``wanted`` columns. Raises RowsError, UnicodeError, or csv.Error where it is none.

    ``comma``: whether the data that the model learned from had decimal commas.
    """
    if raw.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise RowsError("it is compressed. Unpack it first.")
    text = raw.decode(encoding(raw))
    csv.field_size_limit(LONGEST_CELL)
    mark, names, header = layout(text, wanted)
    rows = body(text, mark, len(names), header)
    return Table(names, rows, mark != "," and decimal_comma(rows[: SAMPLE_ROWS - header], comma))


def encoding(raw: bytes) -> str:
    """The name of Python's codec: by its marks, by its zero bytes, else UTF-8 if that fits all of the file, else an older one."""
    sample = raw[:SAMPLE_BYTES]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if max(odd, even) >= max(1, 0.025 * len(sample)) and min(odd, even) <= 0.1 * max(odd, even):
        return "utf-16-le" if odd > even else "utf-16-be"
    if decodes(raw, "utf-8"):
        return "utf-8-sig"
    high = re.findall(rb"[\x80-\xff]{1,2}", sample)
    chinese = sum(re.fullmatch(rb"[\xb0-\xf7][\xa1-\xff]", pair) is not None for pair in high)
    return "gb18030" if chinese >= 0.7 * len(high) and decodes(raw, "gb18030") else "cp1252"


def decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def layout(text: str, wanted: Sequence[str]) -> tuple[str, list[str], bool]:
    """The delimiter, the names of the columns, and whether the file has a line of them. Raises RowsError naming a missing one."""
    headers = {mark: distinct(first(text, mark)) for mark in DELIMITERS}
    mark = min(DELIMITERS, key=lambda mark: len(set(wanted) - set(headers[mark])))
    missing = [name for name in wanted if name not in headers[mark]]
    if not missing:
        return mark, headers[mark], True
    mark = max(DELIMITERS, key=lambda mark: agreement(text, mark))
    numbered = [f"column {at + 1}" for at in range(len(first(text, mark)))]
    if set(wanted) <= set(numbered):  # so the import calls them where there are no names
        return mark, numbered, False
    raise RowsError(f"it has no column “{missing[0]}”. Its first line names {', '.join(f'“{name}”' for name in headers[mark][:20])}.")


def first(text: str, mark: str) -> list[str]:
    return next((row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if not blank(row)), [])


def blank(row: Sequence[str]) -> bool:
    return not any(map(str.strip, row))


def agreement(text: str, mark: str) -> tuple[float, int]:
    """How many of the first lines a delimiter cuts into equally many columns, and into how many."""
    lines = islice(io.StringIO(text, newline=""), SAMPLE_ROWS)
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return (agreeing / widths.total(), width) if width > 1 else (0.0, 0)


def distinct(header: Sequence[str]) -> list[str]:
    """A name of its own for each column, as the import gives it: none empty, no two alike."""
    wanted = [clean(cell) for cell in header]
    taken, names = set(wanted), dict[str, None]()
    numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(2))
    for at, name in enumerate(wanted, start=1):
        new, stem = name, name or f"column {at}"
        if not name and stem not in taken:
            new = stem
        elif not name or name in names:
            new = next(free for number in numbers[stem] if (free := f"{stem} ({number})") not in taken)
        taken.add(new)
        names[new] = None
    return list(names)


def clean(name: str) -> str:
    composed = unicodedata.normalize("NFC", name[:LONGEST_NAME])
    return "".join(c if c.isprintable() else "\ufffd" if unicodedata.category(c) in {"Cs", "Cn"} else " " for c in composed).strip()


def body(text: str, mark: str, width: int, header: bool) -> list[list[str]]:
    """The rows below the header, each of ``width`` cells. Raises RowsError naming the line that is wrong."""
    reader, rows, line = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), [], 1
    for row in reader:
        if header:
            header = blank(row)
        elif len(row) >= width or not blank(row):
            if len(row) < width or not blank(row[width:]):
                raise RowsError(f"line {line} has {len(row)} values where the first line has {width}.")
            rows.append(row[:width])
        line = reader.line_num + 1
    if not rows:
        raise RowsError("it holds no rows.")
    return rows


def decimal_comma(rows: Sequence[Sequence[str]], known: bool) -> bool:
    """Whether numbers are written 1,5: one is with a comma, and none with a point but between thousands.

    1,500 alone may be either: then ``known`` tells.
    """
    cells = [cell.strip() for row in rows for cell in row]
    found = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    sure = any(not THOUSANDS.fullmatch(cell) for cell in found)
    pointed = (cell for cell in cells if "." in cell and "," not in cell and not np.isnan(number(cell, False)))
    return bool(sure or (found and known)) and not any(not sure or not POINTS.fullmatch(cell) for cell in pointed)


def encode(found: Table, columns: Sequence[dict[str, Any]]) -> Array:
    """Rows of text as float32 [rows, columns]: numbers as they are, NaN when missing; categories by code, -1 when unknown."""
    encoded = np.empty((len(found.rows), len(columns)), dtype=np.float32)
    for place, column in enumerate(columns):
        if column["kind"] == "category":
            codes = {level: code for code, level in enumerate(column["levels"])}
            encoded[:, place] = [codes.get(cell, -1) for cell in cells(found, column)]
        else:
            encoded[:, place] = [number(cell, found.comma) for cell in cells(found, column)]
    return encoded


def cells(found: Table, column: dict[str, Any]) -> list[str]:
    at = found.names.index(column["name"])
    return [row[at].strip() for row in found.rows]


def number(cell: str, comma: bool) -> float:
    """The number in a cell, NaN where it holds none."""
    if comma and (DECIMAL_COMMA.fullmatch(cell) or POINTS.fullmatch(cell)):
        cell = cell.replace(".", "").replace(",", ".")
    elif not comma and THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    try:
        value = float(cell)
    except ValueError:
        return np.nan
    return value if abs(value) <= LARGEST and cell.isascii() and "_" not in cell else np.nan


def tell(column: dict[str, Any], texts: Sequence[str], encoded: Array, missing: Sequence[str]) -> None:
    """Say on the error output which cells count as missing although they are not written so."""
    lost = np.isnan(encoded) | ((encoded == -1) & (column["kind"] == "category"))
    strange = [texts[at] for at in np.flatnonzero(lost).tolist() if texts[at] not in missing]
    if strange:
        told = "one of the values that the model knows" if column["kind"] == "category" else "a number that the model can take"
        print(f"Column “{column['name']}”: {len(strange)} times the cell is not {told} and counts as missing, first “{strange[0][:80]}”.",
              file=sys.stderr)


def predict(model: Callable[[Array], Array], rows: Array, batch: int) -> Array:
    """The model's answers, asked for ``batch`` rows at a time, which it takes as float32."""
    starts = range(0, len(rows), batch)
    return np.concatenate([np.asarray(model(np.asarray(rows[at : at + batch], np.float32))) for at in starts])


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="run_onnx.py, run_torchscript.py or run_safetensors.py")
    parser.add_argument("rows", type=Path, help="a CSV file or a .npy file")
    parser.add_argument("--batch", type=at_least_one, default=32, help="rows at a time")
    arguments = parser.parse_args()
    folder = arguments.run.resolve().parent
    preprocess = json.loads((folder / "preprocess.json").read_text(encoding="utf-8"))
    try:
        rows = read(arguments.rows, preprocess)
    except RowsError as error:
        sys.exit(str(error))
    model = runpy.run_path(str(arguments.run))["load"](str(folder))
    readable = runpy.run_path(str(folder / "answer.py"))["readable"]
    for answer in predict(model, rows, arguments.batch):
        print(json.dumps(readable(answer, preprocess["output"]), ensure_ascii=False))


if __name__ == "__main__":
    main()
