"""A model is tried on one row: the exported graph answers as ``predict.py`` does, and what the target follows from is
what mattered.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.trainer import mixed, samples
from trainer.catalog import listing
from trainer.columns import category, kinds, text
from trainer.columns.text.spans import spans
from trainer.data.prepared import write_prepared
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.importing import preparation
from trainer.trying import answering, entries, opening
from trainer.trying.opening import Model
from trainer.trying.parts import Part, joined
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, parse

FEATURES = [column.name for column in mixed.FEATURES]
ENCODERS: list[dict[str, Any]] = [
    {"name": "layers", "hidden": [16]},
    {"name": "convolutions", "channels": [4]},
    {"name": "text_bag", "buckets": 512, "width": 16},
]
FUSION = {"name": "fusion", "encoders": ENCODERS, "width": 16, "hidden": [16]}
BAG = {"name": "text_bag", "longest_run": 1, "buckets": 4096}
NOTE = "the flat is tiny and near a lake"
# Two of the four bits are set, so that each decides.
ROW: dict[str, Any] = {"size": "0.1", "colour": "red", "is_sold": "no", "built": "1994-07-01", "note": NOTE}


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


PARTS = 4 + 2 * 16 + 8  # values, patches, words
FILES = {"front": picture(180, 30), "back": picture(30, 30)}


def trained(folder: Path, prepared: Path, spec: dict[str, Any]) -> Exported:
    """A model of a training by this spec, by its proved export."""
    spec = {"optimizer": {"name": "adamw", "learning_rate": 3e-3}, **spec}
    done = samples.attempt(folder / "train", "train", spec, {"prepared": prepared})
    inputs = {"prepared": prepared, "model": done.output("model.safetensors")}
    done = samples.attempt(folder / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    assert [item["status"] for item in done.report["exports"]] == ["proved"]
    out = done.folder / "out"
    return Exported(out, opening.opened((out / "model.onnx").read_bytes()))


@pytest.fixture(scope="module", params=mixed.TASKS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp(request.param)
    task = {"name": request.param, **mixed.TASKS[request.param], "features": FEATURES}
    return trained(folder, mixed.write(folder / "mixed.safetensors"), {"task": task, "model": FUSION, "epochs": 20})


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
    assert answer.tried == answer.parts == PARTS
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
    assert answer.outcome == ask(exported, {key: ROW[key] for key in ("is_sold", "built", "note")}).outcome
    assert {"size", "colour"}.isdisjoint(one.column for one in answer.influences), "nothing is there to leave out"


def test_a_file_that_is_no_picture_is_refused_with_its_column(exported: Exported) -> None:
    for content, reason in ((b"no picture", "is no picture that can be read"), (picture(1, 2)[:40], "no picture")):
        with pytest.raises(TrainerError) as caught:
            ask(exported, ROW, {**FILES, "back": content})
        assert caught.value.field == "back" and reason in str(caught.value)
        assert "object at" not in str(caught.value)
    (exported.folder / "photo.png").write_bytes(FILES["back"])
    for values in (ROW, {**ROW, **dict.fromkeys(FILES, str(exported.folder / "photo.png"))}):
        with pytest.raises(TrainerError, match="needs one in every row"):
            ask(exported, values, {})  # and no path of this machine stands for one


def test_leaving_out_ends_when_the_time_is_up_or_nobody_waits(exported: Exported) -> None:
    question = Question(ROW, FILES)
    assert answering.answer(exported.model, question, lambda: True, seconds=-1.0).tried == 0
    answer = answering.answer(exported.model, question, lambda: False)
    assert answer.tried == 0 and answer.parts == PARTS and not answer.influences


def test_another_class_can_be_asked_about(exported: Exported) -> None:
    names = [share.name for share in ask(exported, ROW).outcome.shares]
    for name in names:
        assert ask(exported, ROW, about=name).outcome.subject == name
    if len(names) == 2 and exported.model.task.__name__.startswith("trainer.tasks.classification"):
        changes = [{(i.column, i.place): i.change for i in ask(exported, ROW, about=name).influences} for name in names]
        assert changes[0] == pytest.approx({key: -change for key, change in changes[1].items()}, abs=1e-9)


def test_the_form_asks_for_what_the_model_takes(exported: Exported) -> None:
    form = {entry.column: entry for entry in entries.read((exported.folder / "preprocess.json").read_bytes())}
    assert list(form) == ["size", "colour", "is_sold", "built", "front", "back", "note"]
    assert {name: entry.look for name, entry in form.items()} == {
        "size": "line",
        "colour": "choice",
        "is_sold": "choice",
        "built": "line",
        "front": "file",
        "back": "file",
        "note": "paragraph",
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
    wide = trained(tmp_path, prepared, {"task": {"name": "regression", "target": "y"}, "epochs": 10})
    answer = ask(wide, {f"c{place}": 2.0 if place == 399 else 0.1 for place in range(400)}, {})
    assert answer.tried == answer.parts == 400
    assert answer.influences[0].column == "c399" and answer.influences[0].further == 0
    assert len(answer.influences) < 257
    assert sum(one.further + 1 for one in answer.influences) == 400, "each column once"


def told_by_a_word(path: Path) -> Path:
    """Texts of two classes, each with a word that the other never has."""
    random = np.random.default_rng(0)
    words = ["the", "flat", "is", "near", "a", "lake", "and", "quiet"]
    cells = [[*random.choice(words, 7), "tiny" if row % 2 else "large"] for row in range(300)]
    columns = (
        text.Column(name="note", distinct=300, characters=12_000, words=2400, longest=80),
        category.Column(name="label", distinct=2, levels=("large", "tiny")),
    )
    arrays = mixed.texts("note", [" ".join(random.permutation(cell)) for cell in cells])
    arrays["categories"] = (np.arange(300) % 2).astype(np.int32)[:, None]
    write_prepared(path, DataSummary(rows=300, columns=columns), arrays)
    return path


def test_the_word_that_tells_the_target_is_the_one_that_mattered(tmp_path: Path) -> None:
    prepared = told_by_a_word(tmp_path / "texts.safetensors")
    told = trained(tmp_path, prepared, {"model": BAG, "tokenizers": [{"name": "words"}], "epochs": 40})
    (usual,) = ask(told, {"note": NOTE.replace("tiny", "")}, {}).outcome.words
    word = "large" if usual == "tiny" else "tiny"  # which alone can have it answer otherwise
    note = NOTE.replace("tiny", word)
    answer = ask(told, {"note": note}, {})
    assert answer.outcome.words == (word,) and answer.tried == answer.parts == 8
    assert note[slice(*answer.influences[0].place)] == word and answer.influences[0].change > 0
    assert ask(told, {"note": note}, {}, about=usual).influences[0].change < 0
    long = " ".join(["near a lake"] * 300) + " tiny " + " ".join(["quiet"] * 300)
    answer = ask(told, {"note": long}, {})
    assert answer.parts == answer.tried == 1201
    (excess,) = answer.excesses
    assert (excess.tokens, excess.read, excess.part) == (1201, 256, "beginning")
    assert ask(told, {}, {}).parts == 0 and not ask(told, {}, {}).excesses
    assert ask(told, {"note": "🙂"}, {}).parts == 1


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", []),
        ("It's a well-made film.", ["It's", "a", "well-made", "film", "."]),
        ("房间很大，but 贵!!", ["房", "间", "很", "大", "，", "but", "贵", "!!"]),
        ("𠮷野家 3.14 ok", ["𠮷", "野", "家", "3.14", "ok"]),
        ("لا بأس", ["لا", "بأس"]),
    ],
)
def test_a_text_has_words_and_single_characters_of_scripts_without_spaces(cell: str, words: list[str]) -> None:
    assert [cell[begin:end] for begin, end in spans(cell)] == words


def test_every_kind_that_a_model_takes_and_every_task_can_be_tried() -> None:
    for name, kind in kinds().items():
        if kind.Column.layout is not None:
            assert callable(import_module(f"{kind.__name__}.entry").entries), name
            assert callable(import_module(f"{kind.__name__}.occlusion").without), name
    for entry in listing("tasks").values():
        assert callable(import_module(f"{entry.module.__name__}.outcome").measured), entry.name


def test_neighbours_are_joined_where_there_are_many() -> None:
    parts = [Part("text", (place, place + 1)) for place in range(1000)]
    groups = joined(parts, 144)
    assert len(groups) <= 144
    assert [piece for group in groups for piece in group.leaves] == parts
    assert groups[0].place == (0, groups[0].leaves[-1].place[1])
    assert joined(parts[:3], 144) == parts[:3] and joined([], 144) == []
