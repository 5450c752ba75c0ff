"""Run an exported model on raw rows, with nothing but numpy and the library that the format belongs to.

    python predict.py run_onnx.py rows.csv            prints one answer per line, as JSON
    python predict.py run_onnx.py images.npy --batch 32

Rows are a CSV file with a header (an empty field is a missing value, spaces around a value do not count), or a .npy file of
images, uint8 [rows, channels, height, width]. ``preprocess.json`` says how they become the numbers that the model takes. This
file is shipped beside every export, and the parity check runs it in a process that has none of the code that trained the model.
"""

import argparse
import csv
import json
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def read(path: Path, preprocess: dict[str, Any]) -> Array:
    """The raw rows in a file as the float32 array that the model takes: pixels 0 to 255 NCHW, or columns."""
    if preprocess["kind"] == "image":
        pixels: Array = np.load(path, allow_pickle=False).astype(np.float32)
        return pixels
    with path.open(newline="", encoding="utf-8-sig") as file:
        names = [name.strip() for name in next(csv.reader(file))]
        return encode(list(csv.DictReader(file, names, restval="")), preprocess["columns"])


def encode(rows: Sequence[dict[str, str]], columns: Sequence[dict[str, Any]]) -> Array:
    """Rows of text as float32 [rows, columns]: numbers as they are, NaN when missing; categories by code, -1 when unknown."""
    codes = [{level: code for code, level in enumerate(column.get("levels", ()))} for column in columns]
    encoded = np.empty((len(rows), len(columns)), dtype=np.float32)
    for at, row in enumerate(rows):
        for place, column in enumerate(columns):
            text = row[column["name"]].strip()
            if column["kind"] == "category":
                encoded[at, place] = codes[place].get(text, -1)
            else:
                encoded[at, place] = float(text) if text else np.nan
    return encoded


def predict(model: Callable[[Array], Array], rows: Array, batch: int) -> Array:
    """The model's answers, asked for ``batch`` rows at a time."""
    return np.concatenate([np.asarray(model(rows[at : at + batch])) for at in range(0, len(rows), batch)])


def readable(answer: Any, preprocess: dict[str, Any]) -> dict[str, Any]:
    """One answer in words: the class and all probabilities (softmax of the logits), or the value with its unit."""
    output = preprocess["output"]
    if output["name"] == "value":
        return {"value": float(answer)}
    weights = np.exp(answer - np.max(answer))
    shares = dict(zip(output["classes"], (weights / weights.sum()).tolist(), strict=True))
    return {"class": output["classes"][int(np.argmax(answer))], "probabilities": shares}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="run_onnx.py, run_torchscript.py or run_safetensors.py")
    parser.add_argument("rows", type=Path, help="a CSV file or a .npy file")
    parser.add_argument("--batch", type=int, default=32)
    arguments = parser.parse_args()
    folder = arguments.run.resolve().parent
    preprocess = json.loads((folder / "preprocess.json").read_text(encoding="utf-8"))
    model = runpy.run_path(str(arguments.run))["load"](str(folder))
    for answer in predict(model, read(arguments.rows, preprocess), arguments.batch):
        print(json.dumps(readable(answer, preprocess), ensure_ascii=False))


if __name__ == "__main__":
    main()
