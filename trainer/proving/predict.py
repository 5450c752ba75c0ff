"""Run an exported model on raw rows, with nothing but numpy and the library that the format belongs to.

    python predict.py run_onnx.py rows.csv                          answers on standard output, as JSON Lines
    python predict.py run_onnx.py rows.jsonl --output answers.csv   as a table; .jsonl for JSON Lines
    python predict.py run_onnx.py - < rows.jsonl                    rows of another program; --table for a CSV
    python predict.py run_onnx.py pictures/                         a folder of pictures, or one picture

Columns are those that the model was trained on, in any order; others are not used. preprocess.json lists them.
  CSV         Delimiter, encoding and decimal marks are those of the file that trained the model: that file itself is
              read as it was then. The line that names the columns comes first; what stands above it is skipped.
  JSON        .jsonl, .ndjson or .json, in UTF-8, or in UTF-16 with its mark: one object a line, or one list of objects;
              null or no such key is a missing value.
  texts       As they are, of any length; they are cleaned and cut into tokens as for training. An empty one is answered
              too. One with a line break or a delimiter stands between quotation marks in a CSV. Tokens that are more
              than characters need the library tokenizers.
  pictures    The path of a picture from the folder of the table on: PNG, JPEG, GIF, BMP, WebP, TIFF, AVIF, JPEG 2000
              or PNM. It becomes pixels as in the import, by the same code: turned as the camera was, on white, in the
              model's colours, bits and size. That needs Pillow (11.3 or newer). Without it, the path of an .npy file,
              uint8 [channels, height, width]. Where a model takes one picture and nothing else, a folder of pictures
              will do, whose answers name their “file”, or one .npy file with all, [rows, channels, height, width].

Every row but blank lines, and every picture of a folder, gets an answer, in order; memory holds one batch. A value that
is not understood counts as missing: the error output says at the end how many there were in each column, and where the
first stands. The exit status is 0, or 1 with a sentence on the error output where not all rows could be read.

All Python files beside this one are part of the program; they were shipped with the model and need nothing else.
"""

import argparse
import codecs
import csv
import json
import runpy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

HERE, STDOUT = Path(__file__).resolve().parent, 1
sys.path.insert(0, str(HERE))  # ``python -I`` leaves it out

from trainer.proving.raw_batches import Notes, RowsError, batches  # noqa: E402 - it lies there
from trainer.proving.raw_rows import picture_files  # noqa: E402


def flat(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as a row of a table: a column for what it says and one for every probability."""
    cells: dict[str, Any] = {}
    for key, value in answer.items():
        parts = {f"{key} {name}": part for name, part in value.items()} if isinstance(value, dict) else {key: value}
        cells |= {name: "; ".join(part) if isinstance(part, list) else part for name, part in parts.items()}
    return cells


def write(words: Iterable[dict[str, Any]], path: Path | None) -> None:
    """One answer after the other, into the file or to standard output."""
    with open(path or STDOUT, "w", encoding="utf-8", newline="", closefd=path is not None) as file:
        table = csv.writer(file) if path and path.suffix.lower() == ".csv" else None
        for number, answer in enumerate(words):
            if table is None:
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")
                continue
            if not number:
                table.writerow(flat(answer))
            table.writerow(flat(answer).values())


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def codec(text: str) -> str:
    try:
        return codecs.lookup(text).name
    except LookupError as error:
        raise argparse.ArgumentTypeError(f"{text} is no encoding that Python knows") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="run_onnx.py, or another run_*.py")
    parser.add_argument("rows", type=Path, help="a .csv, .jsonl or .npy file, pictures, or - for standard input")
    parser.add_argument("--output", type=Path, help="a .csv or .jsonl file for the answers")
    parser.add_argument("--table", action="store_true", help="standard input is a CSV, not JSON Lines")
    parser.add_argument("--encoding", type=codec, help="of the rows, if not that of the training rows")
    parser.add_argument("--batch", type=at_least_one, default=64, help="rows at a time")
    given, notes = parser.parse_args(), Notes()
    preprocess = json.loads((HERE / "preprocess.json").read_text(encoding="utf-8"))
    run = given.run if given.run.exists() else HERE / given.run
    model = runpy.run_path(str(run))["load"](str(HERE))
    readable = runpy.run_path(str(HERE / "answer.py"))["readable"]
    pieces = batches(given.rows, preprocess, given.batch, notes, given.table, given.encoding or "")
    answers = (readable(row, preprocess["output"]) for piece in pieces for row in np.asarray(model(piece)))
    if given.rows.is_dir():
        files = picture_files(given.rows)
        answers = ({"file": file, **answer} for file, answer in zip(files, answers, strict=False))
    try:
        write(answers, given.output)
    except BrokenPipeError:  # whoever read the answers has enough
        sys.exit(1)
    except (RowsError, OSError) as error:
        sys.exit(str(error))
    finally:
        notes.tell()


if __name__ == "__main__":
    main()
