"""Lists of labels in one column, which the task of several labels tells."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.files import Imported, imported
from tests.trainer import samples
from trainer.columns import labels
from trainer.columns.labels import values as label_values
from trainer.data import rows
from trainer.errors import TrainerError
from trainer.importing.preparation import prepare
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft

LISTS: list[list[str] | None] = [["red"], ["blue", "red"], [], None]
CODES = [[0, 1], [1, 1], [0, 0], [-1, -1]]


def table(folder: Path, cells: list[str], separator: str | None) -> Imported:
    content = "\n".join(["size\ttags", *(f"{at * 7 % 13}.5\t{cell}" for at, cell in enumerate(cells))]).encode()
    readings = {"tags": labels.Reading.model_validate({"separator": separator})} if separator else None
    return imported(folder, {"x.tsv": content}, readings=readings)


def check(dataset: Imported, place: int = 1) -> None:
    assert isinstance(column := dataset.data.summary.columns[place], labels.Column)
    assert (column.levels, column.missing) == (("blue", "red"), 12)
    assert dataset.data.own_array(column.name)[:4].tolist() == CODES
    assert dataset.problem("lists").params["count"] == 2
    assert dataset.profile.columns[place].first[:4] == ("red", "blue; red", "[]", "")


def test_lists_that_a_file_states_are_recognised(tmp_path: Path) -> None:
    rows = [json.dumps({"size": at % 13, "tags": LISTS[at % 4]}) for at in range(48)]
    check(imported(tmp_path / "json", {"x.jsonl": "\n".join(rows).encode()}))
    buffer = io.BytesIO()
    pq.write_table(pa.table({"size": [at % 13 for at in range(48)], "tags": LISTS * 12}), buffer)
    check(imported(tmp_path / "parquet", {"x.parquet": buffer.getvalue()}))


@pytest.mark.parametrize("numbers", [[0.5, 1], [1, 2], [True]])
def test_lists_of_numbers_are_no_labels_unasked(tmp_path: Path, numbers: list[Any]) -> None:
    rows = [json.dumps({"size": at % 13, "tags": numbers[: at % 3]}) for at in range(48)]
    dataset = imported(tmp_path, {"x.jsonl": "\n".join(rows).encode()})
    assert dataset.data.summary.columns[1].kind == "category"


@pytest.mark.parametrize(
    ("between", "separator"), [("; ", "auto"), ("|", "auto"), (", ", "auto"), (" ", "space"), (";", ";")]
)
def test_words_with_something_between_them_are_labels_where_somebody_says_so(
    tmp_path: Path, between: str, separator: str
) -> None:
    cells = ["red", f"blue{between}red", between.strip() or "-", "NA"] * 12
    dataset = table(tmp_path, cells, separator)
    assert isinstance(column := dataset.data.summary.columns[1], labels.Column)
    assert column.levels == ("blue", "red")
    assert dataset.data.own_array("tags")[:2].tolist() == CODES[:2]
    assert table(tmp_path / "unasked", cells, None).data.summary.columns[1].kind == "category"


@pytest.mark.parametrize("separator", [None, "auto"])
@pytest.mark.parametrize(
    "both", ["['blue', 'red']", "['blue' 'red']", """["blue", 'red']""", '["blue", "", null, "red", "blue"]']
)
def test_lists_are_read_as_pandas_writes_them_and_with_labels_that_say_nothing(
    tmp_path: Path, both: str, separator: str | None
) -> None:
    check(table(tmp_path, [both.replace("blue", "red"), both, "[]", "NA"] * 12, separator))


@pytest.mark.parametrize("separator", ["auto", ";"])
def test_an_empty_list_is_none_of_the_labels_beside_words_with_something_between_them(
    tmp_path: Path, separator: str
) -> None:
    check(table(tmp_path, ["red", "blue;red", "[]", ""] * 12, separator))


def test_rows_with_an_empty_list_are_learned_and_those_without_one_are_not(tmp_path: Path) -> None:
    lines = [json.dumps({"size": at % 13, "tags": LISTS[at % 4]} if at % 4 < 3 else {"size": at}) for at in range(80)]
    dataset = imported(tmp_path, {"x.jsonl": "\n".join(lines).encode()})
    spec = parse({"task": {"name": "multi_label", "labels": ["tags"]}}, "train")
    assert isinstance(spec, TrainDraft)
    data = rows.read(spec.resolved(dataset.data.summary), dataset.data)
    learned = np.concatenate([data.parts.train, data.parts.validation, data.parts.test])
    assert sorted(learned.tolist()) == [at for at in range(80) if at % 4 < 3]
    values, _ = label_values.targets(dataset.data.summary.columns[1], dataset.data, "labels")  # type: ignore[arg-type]
    assert values[2].tolist() == [0, 0]
    outside = [label_values.outside(dataset.data.summary.columns[1], dataset.data, row) for row in range(4)]  # type: ignore[arg-type]
    assert outside == [["red"], ["blue", "red"], [], None]


def test_a_column_without_any_label_cannot_be_chosen_to_have_some(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="“tags” has no value"):
        table(tmp_path, ["", "NA"] * 12, "auto")


def test_too_many_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="“tags” cannot be read as labels"):
        table(tmp_path, [f"a{at};b{at}" for at in range(600)], "auto")


def test_a_list_of_labels_is_learned_proved_and_told(tmp_path: Path) -> None:
    rows = []
    for at in range(300):
        tags = [name for name, there in (("high", at % 10 > 4), ("left", at % 3 == 0)) if there]
        rows.append(json.dumps({"a": at % 10, "b": "xyz"[at % 3], "tags": tags}))
    (tmp_path / "x.jsonl").write_text("\n".join(rows))
    dataset = prepare([tmp_path / "x.jsonl"], ["x.jsonl"], tmp_path / "imported")
    spec: dict[str, Any] = {"task": {"name": "multi_label", "labels": ["tags"]}, "epochs": 30, "exporters": []}
    trained = samples.attempt(tmp_path / "train", "train", spec, {"prepared": dataset.prepared})
    assert trained.ended is not None and trained.ended.outcome == "succeeded", trained.ended
    inputs = {"prepared": dataset.prepared, "model": trained.output("model.safetensors")}
    exported = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"]
    (tmp_path / "rows.jsonl").write_text('{"a": 9, "b": "x"}\n{"a": 0, "b": "y"}\n')
    words = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(tmp_path / "rows.jsonl")],
        cwd=exported.folder / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    assert [json.loads(line)["labels"] for line in words.stdout.splitlines()] == [["high", "left"], []]
