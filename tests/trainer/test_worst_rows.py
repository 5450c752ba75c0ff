"""The report shows the test rows that are answered worst, whatever the task, the columns and the number of ranks."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.trainer import mixed, samples
from tests.trainer.attempts import Warm, write_images, write_job, write_table
from trainer import report
from trainer.attempt import events, job
from trainer.columns import category, module_of, number, text
from trainer.commands import fit
from trainer.data import rows
from trainer.data.prepared import Prepared, write_prepared
from trainer.data.rows import Rows
from trainer.data.summary import DataSummary
from trainer.report import SHEET, Report, Samples, Table
from trainer.specs.train import TrainDraft
from trainer.tasks.classification import Target as Classes
from trainer.tasks.classification.task import Classification
from trainer.tasks.multi_label import Target as Labels
from trainer.tasks.multi_label.task import MultiLabel
from trainer.tasks.regression import Target as Number
from trainer.tasks.regression.task import Regression
from trainer.training import row_values, worst_rows

CLASSES = Classification(Classes(name="kind", classes=("a", "b", "c"), counts=(1, 1, 1)))
NUMBER = Regression(Number(name="size", mean=0.0, scale=1.0))
LABELS = MultiLabel(Labels(name="x, y", labels=("x", "y"), counts=(1, 1), rows=2))
PICTURES: dict[str, Any] = {
    "model": {"name": "cnn", "channels": [4], "hidden": [8], "dropout": 0.0},
    "batch_size": 32,
    "epochs": 1,
    "precision": "float64",
}


def shown(body: dict[str, Any]) -> Samples:
    (block,) = (block for block in report.parse(body).blocks if isinstance(block, Samples))
    return block


def data_of(spec: dict[str, Any], prepared: Path) -> Rows:
    opened = Prepared.open(prepared)
    draft = TrainDraft.model_validate({"exporters": [], **spec}).resolved(opened.summary)
    return rows.read(draft, opened)


def test_a_wrong_class_is_as_bad_as_it_is_probable_and_a_right_one_is_not_bad() -> None:
    logits = np.array([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0], [np.nan, 1.0, 0.0], [1e4, -1e4, 0.0]], np.float32)
    shares = np.exp([2.0, 1.0, 0.0]) / np.exp([2.0, 1.0, 0.0]).sum()
    severity = CLASSES.severity(logits, np.array([0, 2, 1, 1]))
    assert severity[0] == 0
    assert severity[1] == pytest.approx(shares[0])
    assert severity[2:].tolist() == [math.inf, 1.0]


def test_a_number_is_as_bad_as_its_error_and_a_row_with_labels_as_its_surest_wrong_one() -> None:
    assert NUMBER.severity(np.array([1.0, -2.0, np.nan, np.inf], np.float32), np.zeros(4)).tolist() == [
        1.0,
        2.0,
        math.inf,
        math.inf,
    ]
    severity = LABELS.severity(
        np.array([[3.0, -3.0], [3.0, 1.0], [-3.0, 1.0], [np.nan, -1.0]], np.float32),
        np.array([[1, 0], [1, 0], [1, 0], [0, 0]], np.uint8),
    )
    sigmoid = 1 / (1 + np.exp(-np.array([0.0, 1.0, 3.0])))
    assert severity.tolist() == pytest.approx([0.0, sigmoid[1], sigmoid[2], 0.0])


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.50000001, 0.99, math.inf]), max_size=70), st.integers(0, 100))
def test_the_worst_come_first_and_the_first_row_of_those_that_are_as_bad(values: Sequence[float], seed: int) -> None:
    severity, part = np.array(values), np.random.default_rng(seed).permutation(len(values)) * 3
    expected = sorted(
        (place for place, value in enumerate(values) if value > 0),
        key=lambda place: (-float(f"{values[place]:.4g}"), part[place]),
    )
    assert worst_rows.worst(severity, part).tolist() == expected[: worst_rows.MOST_ROWS]


@pytest.mark.parametrize("name", mixed.TASKS)
def test_a_report_shows_what_the_worst_rows_are_for_every_task(tmp_path: Path, name: str) -> None:
    prepared = mixed.write(tmp_path / "prepared.safetensors", rows=200)
    spec: dict[str, Any] = {
        "task": {"name": name, **mixed.TASKS[name], "features": [column.name for column in mixed.FEATURES]},
        "model": mixed.small("fusion"),
        "epochs": 1,
    }
    done = samples.attempt(tmp_path / "run", "train", {**spec, "exporters": []}, {"prepared": prepared})
    block, data = shown(done.report), data_of(spec, prepared)
    assert 0 < len(block.samples) <= worst_rows.MOST_ROWS
    assert block.further == 0 and block.sheet is not None
    test = set((data.parts.test + 1).tolist())
    drawn = Image.open(done.output(SHEET))
    assert drawn.size == (block.sheet.cell, block.sheet.cell * block.sheet.cells)
    assert block.sheet.cells == 2 * len(block.samples)
    for sample in block.samples:
        assert sample.row in test and len(sample.cells) == len(block.headings)
        held = {value.column: value for value in sample.values}
        assert held.keys() == {column.name for column in mixed.FEATURES}
        for column in mixed.FEATURES:
            outside = module_of(column, "values").outside(column, data.prepared, sample.row - 1)
            picture = held[column.name].picture
            if picture is None:
                assert held[column.name].value == outside
            else:
                assert brightness(drawn, block.sheet.cell, picture) == pytest.approx(outside.mean(), abs=1)


def brightness(sheet: Image.Image, side: int, place: int) -> float:
    return float(np.asarray(sheet.crop((0, place * side, side, place * side + side)).convert("L")).mean())


def test_classes_and_numbers_are_told_with_truth_answer_and_how_sure_the_model_was(tmp_path: Path) -> None:
    prepared = write_images(tmp_path / "prepared.safetensors", rows=240, classes=3)
    done = samples.attempt(tmp_path / "run", "train", {**PICTURES, "exporters": []}, {"prepared": prepared})
    block, data = shown(done.report), data_of(PICTURES, prepared)
    wrong = round((1 - report.parse(done.report).value("test/accuracy")) * len(data.parts.test))
    assert (block.params["count"], len(block.samples)) == (wrong, min(wrong, worst_rows.MOST_ROWS))
    shares = [sample.cells[2] for sample in block.samples]
    assert shares == sorted(shares, reverse=True) and all(1 / 3 < share <= 1 for share in shares)  # type: ignore[operator,type-var]
    for sample in block.samples:
        assert sample.cells[0] == "abc"[data.targets[sample.row - 1]] != sample.cells[1]


def test_errors_are_told_as_multiples_of_the_mean_error() -> None:
    mistakes = NUMBER.mistakes(np.array([5.0, np.nan]), np.array([1.0, 2.0]), np.array([4.0, np.inf]), 2.0)
    assert mistakes.cells[0] == (1.0, 5.0, 4.0, 2.0)
    assert NUMBER.mistakes(np.array([5.0]), np.array([1.0]), np.array([4.0]), math.inf).cells[0][3] is None


def test_labels_are_told_apart_into_too_many_and_left_out() -> None:
    many = MultiLabel(Labels(name="", labels=tuple(f"l{n}" for n in range(40)), counts=(1,) * 40, rows=2))
    decisions, truth = np.zeros((2, 40), np.int64), np.zeros((2, 40), np.uint8)
    decisions[0, [1, 2]], truth[0, [2, 3]], decisions[1] = 1, 1, 1
    first, second = many.mistakes(decisions, truth, np.array([0.9, math.inf]), 0.5).cells
    assert first == ("l2, l3", "l1", "l3", 0.9)
    assert second[0] is None and str(second[1]).endswith("l11, … (+28)") and math.isnan(second[3])  # type: ignore[arg-type]


def test_two_ranks_report_the_same_rows_as_one(warm: Warm, tmp_path: Path) -> None:
    prepared = write_images(tmp_path / "prepared.safetensors", rows=250, classes=3)
    one, two = (
        warm.run(write_job(tmp_path / f"ranks{ranks}", {**PICTURES, "ranks": ranks}, prepared)) for ranks in (1, 2)
    )
    assert shown(one.report).samples and shown(one.report) == shown(two.report), two.logs
    assert one.report["blocks"] == two.report["blocks"]
    assert (one.folder / "out" / SHEET).read_bytes() == (two.folder / "out" / SHEET).read_bytes()
    offers = [event for event in two.events if isinstance(event, events.Output) and event.role == "samples"]
    assert [event.name for event in offers] == [SHEET]


def test_two_ranks_report_the_same_texts_and_lengths_as_one(warm: Warm, tmp_path: Path) -> None:
    prepared = mixed.write(tmp_path / "prepared.safetensors", rows=300)
    task = {"name": "regression", "target": "price", "features": ["size", "note", "front"]}
    spec = {"task": task, "model": mixed.without_dropout("fusion"), "precision": "float64", "epochs": 1}
    one, two = (warm.run(write_job(tmp_path / f"ranks{ranks}", {**spec, "ranks": ranks}, prepared)) for ranks in (1, 2))
    assert shown(one.report) == shown(two.report), two.logs
    notes = [value for sample in shown(one.report).samples for value in sample.values if value.column == "note"]
    assert notes and all(isinstance(value.value, str | None) for value in notes)
    tables = [by_length(attempt.report) for attempt in (one, two)]
    assert [row[::3] for row in tables[0]] == [row[::3] for row in tables[1]] and len(tables[0]) > 1
    assert sum(int(row[3]) for row in tables[0]) == 30
    for mine, other in zip(*tables, strict=True):
        assert mine[1:3] == pytest.approx(other[1:3], rel=1e-5)


def by_length(body: dict[str, Any]) -> list[tuple[Any, ...]]:
    (table,) = (block for block in report.parse(body).blocks if isinstance(block, Table) and block.title == "By length")
    return list(table.rows)


def test_a_stopped_run_reports_them_too(warm: Warm, images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "run", {**PICTURES, "epochs": 500}, images)
    job.command(folder, job.STOP)
    done = warm.run(folder)
    assert done.ended is not None and done.ended.outcome == "stopped", done.logs
    assert shown(done.report).samples and (folder / "out" / SHEET).exists()


def test_where_no_row_is_answered_wrongly_that_is_said(tmp_path: Path) -> None:
    data = data_of(PICTURES, write_images(tmp_path / "prepared.safetensors"))
    block = worst_rows.samples(data, np.arange(9), np.zeros(9, int), np.zeros(9))
    assert (block.message, block.samples, block.sheet) == ("No test row is answered wrongly.", (), None)
    body = Report(headline="", scalars=(), blocks=(block,)).model_dump(mode="json")
    assert fit.scores(body).splitlines()[-1] == "Worst mistakes: No test row is answered wrongly."


def test_of_a_thousand_columns_a_few_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    prepared = write_table(
        tmp_path / "wide.safetensors", random.normal(size=(60, 1000)), random.integers(0, 2, (60, 1)), levels=2
    )
    data = data_of({"task": {"name": "classification", "target": "c0"}}, prepared)
    block = worst_rows.samples(data, np.arange(60), np.zeros(60, int), np.ones(60))
    assert [len(sample.values) for sample in block.samples] == [worst_rows.MOST_COLUMNS] * worst_rows.MOST_ROWS
    assert block.further == 1000 - worst_rows.MOST_COLUMNS
    assert [sample.row for sample in block.samples] == list(range(1, worst_rows.MOST_ROWS + 1))


def test_answers_that_are_no_numbers_come_first_and_survive_the_journal(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    prepared = write_table(tmp_path / "table.safetensors", random.normal(size=(60, 2)), random.integers(0, 3, (60, 1)))
    data = data_of({"task": {"name": "classification", "target": "c0"}}, prepared)
    severity = np.where(np.arange(60) == 41, math.inf, 0.5)
    block = worst_rows.samples(data, np.arange(60), (data.targets + 1) % 3, severity)
    whole = Report(headline="", scalars=(), blocks=(block,))
    again = shown(json.loads(events.encode(events.Result(report=whole.model_dump(mode="json")))[9:])["report"])
    assert again.samples[0].row == 42 and again.samples[0].cells[2] == "NaN", "which a database takes"
    assert again.samples[1] == block.samples[1]


TEXTS: dict[str, tuple[str, str, int | None]] = {
    "short": ("Guten Tag, 你好 👋", "Guten Tag, 你好 👋", None),
    "lines": ("one\r\ntwo\tthree\n", "one\ntwo\tthree\n", None),
    "many lines": ("a\n" * 100, "\n".join("a" * 12), 200),
    "control": ("a\0b\x1b[31mc", "a[U+0000]b[U+001B][31mc", None),
    "right to left": ("abc\u202edef\u200b", "abc[U+202E]def[U+200B]", None),
    "half a pair": ("a\ud83d", "a[U+D83D]", None),
    "line separators": ("a\u2028b\u0085c", "a[U+2028]b[U+0085]c", None),
    "long": ("文" * 10_000_000, "文" * row_values.LONGEST, 10_000_000),
    "empty": ("", "", None),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_cut_in_sight_and_hold_nothing_that_a_page_or_a_terminal_would_obey(name: str) -> None:
    given, expected, length = TEXTS[name]
    value = row_values.readable("text", given)
    assert (value.value, value.length) == (expected, length)
    assert json.loads(value.model_dump_json())["value"] == expected
    assert "\0" not in str(value.value)


def test_lists_and_arrays_are_listed_as_far_as_they_can_be_read() -> None:
    assert row_values.readable("tags", ["a", "b\u200b"]).value == "a, b[U+200B]"
    long = row_values.readable("path", [1.0] * 1_000_000)
    assert len(str(long.value)) == row_values.LONGEST and long.length is not None
    assert row_values.readable("spectrum", np.array([[0.5, 1.25]])).value == "0.5, 1.25"


def test_the_command_prints_the_first_of_them(tmp_path: Path) -> None:
    prepared = mixed.write(tmp_path / "prepared.safetensors", rows=200)
    spec = {
        "task": {"name": "regression", "target": "price"},
        "model": mixed.small("fusion"),
        "epochs": 1,
        "exporters": [],
    }
    done = samples.attempt(tmp_path / "run", "train", spec, {"prepared": prepared})
    lines = fit.scores(done.report).splitlines()
    assert lines[-7] == "Worst mistakes: Of 20 test rows these have the largest errors."
    assert all(line.startswith("  row ") and "front (picture)" in line for line in lines[-6:-1])
    assert lines[-1] == "  and 15 more in the report"


def write_notes(path: Path) -> Path:
    """Texts that each say something that no other does, and what nothing in them tells."""
    random = np.random.default_rng(0)
    notes = [f"the patient of room {row} asked for {random.integers(10**9)}" for row in range(300)]
    columns = (
        text.Column(name="note", distinct=300, characters=12_000, words=2400, longest=60),
        number.Column(name="price", distinct=300),
        category.Column(name="kind", distinct=2, levels=("a", "b")),
    )
    arrays = {
        **mixed.texts("note", notes),
        "numbers": random.normal(size=(300, 1)).round(9),
        "categories": random.integers(0, 2, (300, 1)).astype(np.int32),
    }
    write_prepared(path, DataSummary(rows=300, columns=columns), arrays)
    return path


def test_no_row_leaves_with_an_export_and_the_card_says_where_they_are(tmp_path: Path) -> None:
    prepared = write_notes(tmp_path / "notes.safetensors")
    spec = {
        "task": {"name": "classification", "target": "kind"},
        "model": mixed.small("fusion"),
        "epochs": 1,
        "exporters": [],
    }
    done = samples.attempt(tmp_path / "run", "train", spec, {"prepared": prepared})
    held = [str(value.value) for sample in shown(done.report).samples for value in sample.values]
    assert len(held) > 20 and sum(value.startswith("the patient of room") for value in held) == len(held) // 2
    inputs = {"prepared": prepared, "model": done.output("model.safetensors")}
    exported = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    files = [event for event in exported[events.Output] if not event.name.endswith(".zip")]
    contents = b"".join((exported.folder / event.path).read_bytes() for event in files)
    assert len(files) > 4 and not [value for value in held if value.encode() in contents]
    card = exported.output("README.md").read_text()
    assert "- Mistakes: the training's report shows the test rows that are answered worst" in card
