"""A model is tried on one row: the exported graph answers as ``predict.py`` does, and what the target follows from is
what mattered.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.trainer import mixed, samples
from trainer.columns.text.spans import spans
from trainer.errors import TrainerError
from trainer.importing import preparation
from trainer.trying import answering, entries, opening
from trainer.trying.opening import Model
from trainer.trying.parts import Part, joined
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, parse

FEATURES = [column.name for column in mixed.FEATURES]
ENCODERS: list[dict[str, Any]] = [{"name": "layers", "hidden": [16]}, {"name": "convolutions", "channels": [4]}]
FUSION = {"name": "fusion", "encoders": ENCODERS, "width": 16, "hidden": [16]}
# Two of the four bits are set, so that each decides.
ROW: dict[str, Any] = {"size": "0.1", "colour": "red", "is_sold": "no", "built": "1994-07-01"}


@dataclass(frozen=True)
class Exported:
    """What an export run left in its folder, opened."""

    folder: Path
    model: Model


def picture(left: int, right: int) -> bytes:
    """A picture as PNG, by the brightness of its halves."""
    pixels = np.full((mixed.SIDE, mixed.SIDE), right, np.uint8)
    pixels[:, : mixed.SIDE // 2] = left
    Image.fromarray(pixels).save(buffer := BytesIO(), "PNG")
    return buffer.getvalue()


FILES = {"front": picture(180, 30), "back": picture(30, 30)}


@pytest.fixture(scope="module", params=mixed.TASKS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp(request.param)
    prepared = mixed.write(folder / "mixed.safetensors")
    task = {"name": request.param, **mixed.TASKS[request.param], "features": FEATURES}
    spec = {"task": task, "model": FUSION, "epochs": 20, "optimizer": {"name": "adamw", "learning_rate": 3e-3}}
    trained = samples.attempt(folder / "train", "train", spec, {"prepared": prepared})
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    done = samples.attempt(folder / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    assert [item["status"] for item in done.report["exports"]] == ["proved"]
    out = done.folder / "out"
    return Exported(out, opening.opened((out / "model.onnx").read_bytes()))


def ask(exported: Exported, values: Mapping[str, Any], files: Mapping[str, bytes] = FILES, **more: Any) -> Answer:
    question = Question(values, files, **more)
    packed = Question.unpacked(BytesIO(question.packed()))
    assert packed == question, "what travels is what was asked"
    answer = answering.answer(exported.model, packed, lambda: True)
    assert parse(answer.model_dump_json().encode()) == answer
    return answer


def predicted(exported: Exported, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of the shipped predict.py."""
    for name, content in FILES.items():
        (exported.folder / f"{name}.png").write_bytes(content)
    row = {**values, **{name: f"{name}.png" for name in FILES}}
    (exported.folder / "row.jsonl").write_text(json.dumps(row))
    command = [sys.executable, "-I", "predict.py", "run_onnx.py", "row.jsonl"]
    done = subprocess.run(command, cwd=exported.folder, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_it_answers_as_the_shipped_program_does(exported: Exported) -> None:
    outcome, shipped = ask(exported, ROW).outcome, predicted(exported, ROW)
    if outcome.value is not None:
        assert outcome.value == pytest.approx(shipped["value"], rel=1e-6)
        return
    probabilities = shipped["probabilities"]
    assert {share.name: share.share for share in outcome.shares} == pytest.approx(probabilities, rel=1e-5)
    assert list(outcome.words) == (shipped["labels"] if "labels" in shipped else [shipped["class"]])
    assert outcome.subject == max(probabilities, key=lambda name: probabilities[name])
    assert [share.name for share in outcome.shares] == sorted(probabilities, key=lambda name: -probabilities[name])


def test_what_the_target_follows_from_matters_and_the_rest_does_not(exported: Exported) -> None:
    answer = ask(exported, ROW)
    assert answer.tried == answer.parts == 4 + 2 * 16
    assert [abs(one.change) for one in answer.influences] == sorted(
        (abs(one.change) for one in answer.influences), reverse=True
    )
    by_column: dict[str, float] = {}
    for one in answer.influences:
        by_column[one.column] = by_column.get(one.column, 0.0) + abs(one.change)
    assert by_column["built"] < max(by_column.values())
    halves = {"left": 0.0, "right": 0.0}
    for one in answer.influences:
        if one.column == "front":
            halves["left" if one.place[0] < mixed.SIDE // 2 else "right"] += abs(one.change)
    assert halves["left"] > 2 * halves["right"]


def test_it_says_how_long_a_row_takes_and_what_the_model_sees(exported: Exported) -> None:
    answer = ask(exported, ROW)
    assert 0 < answer.latency_ms < 1000 and answer.calls >= answering.FEWEST_CALLS and answer.threads == 1
    assert [(view.column, view.width, view.height) for view in answer.views] == [("front", 8, 8), ("back", 8, 8)]


def test_what_is_not_understood_is_told_and_counts_as_missing(exported: Exported) -> None:
    answer = ask(exported, {**ROW, "size": "tall", "colour": "green"})
    assert {(doubt.column, doubt.value) for doubt in answer.doubts} == {("size", "tall"), ("colour", "green")}
    assert answer.outcome == ask(exported, {"is_sold": "no", "built": "1994-07-01"}).outcome
    assert {"size", "colour"}.isdisjoint(one.column for one in answer.influences), "nothing is there to leave out"


def test_a_file_that_is_no_picture_is_refused_with_its_column(exported: Exported) -> None:
    for content, reason in ((b"no picture", "is no picture that can be read"), (picture(1, 2)[:40], "no picture")):
        with pytest.raises(TrainerError) as caught:
            ask(exported, ROW, {**FILES, "back": content})
        assert caught.value.field == "back" and reason in str(caught.value)
        assert "object at" not in str(caught.value)
    with pytest.raises(TrainerError, match="needs one in every row"):
        ask(exported, ROW, {})


def test_leaving_out_ends_when_the_time_is_up_or_nobody_waits(exported: Exported) -> None:
    question = Question(ROW, FILES)
    assert answering.answer(exported.model, question, lambda: True, seconds=-1.0).tried == 0
    answer = answering.answer(exported.model, question, lambda: False)
    assert answer.tried == 0 and answer.parts == 36 and not answer.influences


def test_another_class_can_be_asked_about(exported: Exported) -> None:
    names = [share.name for share in ask(exported, ROW).outcome.shares]
    for name in names:
        assert ask(exported, ROW, about=name).outcome.subject == name
    if len(names) == 2 and exported.model.task == "classification":
        changes = [{(i.column, i.place): i.change for i in ask(exported, ROW, about=name).influences} for name in names]
        assert changes[0] == pytest.approx({key: -change for key, change in changes[1].items()}, abs=1e-9)


def test_the_form_asks_for_what_the_model_takes(exported: Exported) -> None:
    form = {entry.column: entry for entry in entries.read((exported.folder / "preprocess.json").read_bytes())}
    assert list(form) == ["size", "colour", "is_sold", "built", "front", "back"]
    assert {name: entry.look for name, entry in form.items()} == {
        "size": "line",
        "colour": "choice",
        "is_sold": "choice",
        "built": "line",
        "front": "file",
        "back": "file",
    }
    assert form["colour"].choices == ("blue", "red") and form["size"].is_number


def test_a_graph_of_somebody_else_or_a_damaged_one_is_refused(exported: Exported) -> None:
    content = (exported.folder / "model.onnx").read_bytes()
    for wrong in (b"", b"not a graph", content[:-2000], content[: len(content) // 2]):
        with pytest.raises(TrainerError, match="is damaged and was not used"):
            opening.opened(wrong)


def test_many_columns_are_left_out_together_first_and_then_one_by_one(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    numbers = random.normal(size=(300, 400))
    header = ",".join(["y", *(f"c{place}" for place in range(400))])
    rows = (f"{row[399] * 3:.4f}," + ",".join(f"{value:.3f}" for value in row) for row in numbers)
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([header, *rows]))
    prepared = preparation.prepare([path], ["wide.csv"], tmp_path / "in").prepared
    spec = {"task": {"name": "regression", "target": "y"}, "epochs": 10, "exporters": []}
    trained = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    done = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    model = opening.opened((done.folder / "out" / "model.onnx").read_bytes())
    question = Question({f"c{place}": 2.0 if place == 399 else 0.1 for place in range(400)})
    answer = answering.answer(model, question, lambda: True)
    assert answer.tried == answer.parts == 400
    assert answer.influences[0].column == "c399" and answer.influences[0].further == 0
    assert len(answer.influences) < 257
    assert sum(one.further + 1 for one in answer.influences) == 400, "each column once"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("It's a well-made film.", ["It's", "a", "well-made", "film", "."]),
        ("房间很大，but 贵!!", ["房", "间", "很", "大", "，", "but", "贵", "!!"]),
        ("𠮷野家 3.14 ok", ["𠮷", "野", "家", "3.14", "ok"]),
        ("لا بأس", ["لا", "بأس"]),
    ],
)
def test_a_text_has_words_and_single_characters_of_scripts_without_spaces(text: str, words: list[str]) -> None:
    assert [text[begin:end] for begin, end in spans(text)] == words


def test_neighbours_are_joined_where_there_are_many() -> None:
    parts = [Part("text", (place, place + 1)) for place in range(1000)]
    groups = joined(parts, 144)
    assert len(groups) <= 144
    assert [piece for group in groups for piece in group.leaves] == parts
    assert groups[0].place == (0, groups[0].leaves[-1].place[1])
    assert joined(parts[:3], 144) == parts[:3] and joined([], 144) == []
