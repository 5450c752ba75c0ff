"""Run an exported model on raw rows, with nothing but numpy and the library that the format belongs to.

    python predict.py run_onnx.py rows.jsonl          prints one answer per line, as JSON
    python predict.py run_onnx.py rows.csv --batch 32

Rows are JSON Lines, one object a row, or a CSV in UTF-8 with a header, commas and decimal points. Names are those of
the columns that the model was trained on; preprocess.json lists them. A picture is the path of an .npy file, uint8
[channels, height, width]; where a model takes nothing but pictures, one .npy file may hold those of all rows, [rows,
channels, height, width]. This file, and ``read_*.py`` and ``answer.py``, which it uses, are shipped beside every
export; the parity check runs them in a process that has none of the code that trained the model.
"""

import argparse
import csv
import json
import runpy
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Values = Array | list[Array]  # of all rows: one array, or one a row where they differ in length
HERE = Path(__file__).resolve().parent


class RowsError(Exception):
    """The rows cannot be read; the message says why."""


def read(path: Path, preprocess: dict[str, Any]) -> dict[str, Values]:
    """The raw rows in a file as the model takes them: an array a block of columns, or one a row where they differ in
    length.
    """
    inputs = preprocess["inputs"]
    try:
        rows = cells(path, [name for block in inputs for name in block["columns"]])
        return {block["name"]: encoded(block, rows, path.parent) for block in inputs}
    except (ValueError, OSError, csv.Error) as error:
        raise RowsError(f"{path.name} cannot be read: {error}") from error


def cells(path: Path, names: Sequence[str]) -> dict[str, Sequence[Any]]:
    """The values of each column. Raises RowsError where one is not there."""
    if path.suffix == ".npy":
        if len(names) > 1:
            raise ValueError(f"one .npy file cannot hold the columns {', '.join(names)}.")
        return {names[0]: list(np.load(path, allow_pickle=False))}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(table(file) if path.suffix == ".csv" else objects(file))
    if not rows:
        raise ValueError("it holds no rows.")
    absent = [name for name in names if not any(name in row for row in rows)]
    if absent:
        raise ValueError(
            f"it has no column “{absent[0]}”. Its first row has {', '.join(f'“{name}”' for name in rows[0])}."
        )
    return {name: [row.get(name) for row in rows] for name in names}


def table(file: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The rows of a CSV; an empty cell is nothing."""
    reader = csv.reader(file, strict=True)
    header = next(reader, [])
    for row in filter(None, reader):
        if len(row) != len(header):
            raise ValueError(f"line {reader.line_num} has {len(row)} values where the first line has {len(header)}.")
        yield {name: cell or None for name, cell in zip(header, row, strict=True)}


def objects(file: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The objects of JSON Lines."""
    for number, line in enumerate(file, 1):
        row = json.loads(line) if line.strip() else {}
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is no JSON object.")
        if row:
            yield row


def encoded(block: dict[str, Any], rows: dict[str, Sequence[Any]], folder: Path) -> Values:
    """One block; what of it is not understood is told on the error output, and counts as missing."""
    read_block = runpy.run_path(str(HERE / f"read_{block['kind']}.py"))["read"]
    values, strange = read_block([rows[name] for name in block["columns"]], block, folder)
    for name in dict.fromkeys(name for name, _ in strange):
        odd = [cell for other, cell in strange if other == name]
        print(
            f"Column “{name}”: {len(odd)} times the value is not understood and counts as missing, first "
            f"“{str(odd[0])[:80]}”.",
            file=sys.stderr,
        )
    if "lengths" in block:
        return [np.asarray(row, block["dtype"]) for row in values]
    return np.asarray(values, block["dtype"])


def predict(model: Callable[[dict[str, Array]], Array], rows: dict[str, Values], batch: int, longer: int = 0) -> Array:
    """The model's answers, asked for ``batch`` rows at a time, with ``longer`` more padding than is needed."""
    count = len(next(iter(rows.values())))
    pieces = (stacked(rows, start, start + batch, longer) for start in range(0, count, batch))
    return np.concatenate([np.asarray(model(piece)) for piece in pieces])


def stacked(rows: dict[str, Values], start: int, stop: int, longer: int) -> dict[str, Array]:
    """Some rows as tensors; those that differ in length are padded by zeros, and their lengths stand beside them."""
    tensors: dict[str, Array] = {}
    for name, values in rows.items():
        some = values[start:stop]
        if isinstance(some, list):
            lengths = np.array([len(row) for row in some], np.int64)
            padded = np.zeros((len(some), max(1, lengths.max()) + longer, *some[0].shape[1:]), some[0].dtype)
            for place, row in enumerate(some):
                padded[place, : len(row)] = row
            tensors |= {name: padded, f"{name}_lengths": lengths}
        else:
            tensors[name] = some
    return tensors


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="run_onnx.py, run_torchscript.py or run_safetensors.py")
    parser.add_argument("rows", type=Path, help="a .jsonl, .csv or .npy file")
    parser.add_argument("--batch", type=at_least_one, default=32, help="rows at a time")
    arguments = parser.parse_args()
    preprocess = json.loads((HERE / "preprocess.json").read_text(encoding="utf-8"))
    try:
        rows = read(arguments.rows, preprocess)
    except RowsError as error:
        sys.exit(str(error))
    model = runpy.run_path(str(arguments.run))["load"](str(HERE))
    readable = runpy.run_path(str(HERE / "answer.py"))["readable"]
    for answer in predict(model, rows, arguments.batch):
        print(json.dumps(readable(answer, preprocess["output"]), ensure_ascii=False))


if __name__ == "__main__":
    main()
