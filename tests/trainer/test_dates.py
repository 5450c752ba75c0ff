"""Dates: how they are written, what is asked, and what a model makes of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.files import Imported, imported
from tests.trainer import samples
from trainer.columns import Reading, date
from trainer.columns.date import values as dates
from trainer.columns.date.encode import Encode
from trainer.columns.date.read import moment, read
from trainer.data import cleaned
from trainer.data.prepared import Prepared
from trainer.errors import TrainerError
from trainer.importing.preparation import prepare
from trainer.previewing.report import Preview
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft


def table(folder: Path, cells: list[str], reading: Reading | None = None) -> Imported:
    """The cells between numbers that differ and classes."""
    rows = (f'{at * 7 % 13}.5,"{cell}",{"xy"[at // 3 % 2]}' for at, cell in enumerate(cells))
    content = "\n".join(["size,when,label", *rows]).encode()
    return imported(folder, {"x.csv": content}, readings={"when": reading} if reading else None)


def seconds(dataset: Imported) -> list[float | None]:
    column = dataset.data.array("dates")[:, 0]
    return [None if value == date.MISSING else value / 1e6 for value in column.tolist()]


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-01", utc(2024, 3, 1)),
        ("2024/3/1", utc(2024, 3, 1)),
        ("01.03.2024", utc(2024, 3, 1)),
        ("1 Mar 2024", utc(2024, 3, 1)),
        ("1. March 2024", utc(2024, 3, 1)),
        ("01-Mar-2024", utc(2024, 3, 1)),
        ("Mar 1, 2024", utc(2024, 3, 1)),
        ("March 1st 2024", utc(2024, 3, 1)),
        ("Fri, 1 Mar 2024 10:00:00 GMT", utc(2024, 3, 1, 10)),
        ("2024年3月1日", utc(2024, 3, 1)),
        ("2024-03-01T10:00", utc(2024, 3, 1, 10)),
        ("2024-03-01 10:00:07.25", utc(2024, 3, 1, 10, 0, 7) + 0.25),
        ("2024-03-01T10:00:00Z", utc(2024, 3, 1, 10)),
        ("2024-03-01T10:00:00+02:00", utc(2024, 3, 1, 8)),
        ("2024-03-01 10:00:00.000000001-0530", utc(2024, 3, 1, 15, 30)),
        ("2024-03-01 12:30 am", utc(2024, 3, 1, 0, 30)),
        ("01.03.2024 1:05 PM", utc(2024, 3, 1, 13, 5)),
        ("0001-01-01", utc(1, 1, 1)),
        ("9999-12-31T23:59:59", utc(9999, 12, 31, 23, 59, 59)),
    ],
)
def test_a_date_is_read_as_people_and_programs_write_it(tmp_path: Path, cell: str, expected: float) -> None:
    dataset = table(tmp_path, [cell, "2020-02-29", ""] * 12)
    assert dataset.data.summary.columns[1].kind == "date"
    assert dataset.data.summary.columns[1].missing == 12
    assert seconds(dataset)[:3] == [expected, utc(2020, 2, 29), None]


@pytest.mark.parametrize("cells", [["20240301", "20240302"], ["1.2.3", "1.2.4"], ["12-34", "56-78"], ["May", "June"]])
def test_what_is_no_date_is_not_taken_for_one(tmp_path: Path, cells: list[str]) -> None:
    assert table(tmp_path, cells * 20).data.summary.columns[1].kind != "date"


def test_an_open_order_of_day_and_month_is_asked_and_can_be_chosen(tmp_path: Path) -> None:
    cells = [f"{1 + at % 12:02}/{1 + at * 5 % 12:02}/2024" for at in range(36)]
    dataset = table(tmp_path / "open", cells)
    assert dataset.problem("open_days").params == {"column": "when", "order": "day first", "value": "02/06/2024"}
    assert "day or month first" in dataset.problem("open_days").remedy
    assert seconds(dataset)[1] == utc(2024, 6, 2)
    dataset = table(tmp_path / "chosen", cells, date.Reading(order="month first"))
    assert "open_days" not in dataset.codes
    assert seconds(dataset)[1] == utc(2024, 2, 6)


def test_a_row_that_decides_the_order_is_said(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["3/1/2024"] * 40 + ["3/25/2024"])
    assert dataset.problem("decided_days").params == {"column": "when", "order": "month first", "value": "3/25/2024"}
    assert seconds(dataset)[0] == utc(2024, 3, 1)
    assert "open_days" not in dataset.codes


def test_the_order_is_decided_by_rows_far_behind(tmp_path: Path) -> None:
    cells = [f"{1 + at % 12}/{1 + at // 12 % 12}/2024 {at % 24}:{at // 24 % 60:02}" for at in range(9000)] + [
        "12/31/2024"
    ]
    dataset = table(tmp_path, cells)
    assert isinstance(column := dataset.data.summary.columns[1], date.Column)
    assert column.order == "month first"
    assert seconds(dataset)[1] == utc(2024, 2, 1, 1)


def test_dates_that_do_not_exist_and_other_cells_are_named_with_their_lines(tmp_path: Path) -> None:
    dataset = table(tmp_path, [*["01/03/2024", "15/03/2024"] * 12, "31/02/2024", "soon", "30/02/2024"])
    assert dataset.problem("impossible_dates").params == {
        "column": "when",
        "count": 2,
        "value": "31/02/2024",
        "line": 26,
    }
    assert dataset.problem("text_in_dates").params == {"column": "when", "count": 1, "value": "soon", "line": 27}
    assert seconds(dataset)[-3:] == [None, None, None]
    assert dataset.data.summary.columns[1].missing == 3


def test_zones_are_brought_to_utc_and_said(tmp_path: Path) -> None:
    dataset = table(tmp_path / "two", ["2024-03-01T10:00+02:00", "2024-03-01T10:00Z"] * 12)
    assert dataset.problem("zones").params == {"column": "when", "zones": "+02:00, Z"}
    assert seconds(dataset)[:2] == [utc(2024, 3, 1, 8), utc(2024, 3, 1, 10)]
    dataset = table(tmp_path / "some", ["2024-03-01T10:00+02:00", "2024-03-01T10:00"] * 12)
    assert dataset.problem("partly_zoned").params["count"] == 12
    assert not {"zone", "zones", "partly_zoned"} & table(tmp_path / "none", ["2024-03-01", "2024-03-02"] * 9).codes


def test_whole_numbers_are_dates_where_somebody_says_so(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["20240301", "20240302"] * 20, date.Reading())
    assert seconds(dataset)[:2] == [utc(2024, 3, 1), utc(2024, 3, 2)]


def test_words_are_no_dates_whatever_somebody_says(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="36 of its 36 values are none, the first “red” in line 2"):
        table(tmp_path, ["red", "blue"] * 18, date.Reading())


def test_years_of_two_figures_and_digits_alone_are_dates_where_somebody_says_so(tmp_path: Path) -> None:
    cells = ["1/13/24", "12/31/68 1:30 PM", "1.1.69", "20240301101112", "20240301T1011Z"]
    assert seconds(table(tmp_path / "chosen", cells * 8, date.Reading()))[:5] == [
        utc(2024, 1, 13),
        utc(2068, 12, 31, 13, 30),
        utc(1969, 1, 1),
        utc(2024, 3, 1, 10, 11, 12),
        utc(2024, 3, 1, 10, 11),
    ]
    assert table(tmp_path / "unasked", cells[:3] * 8).data.summary.columns[1].kind == "category"


def test_a_column_without_any_value_cannot_be_chosen_to_have_dates(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="has no value"):
        table(tmp_path, ["", "NA"] * 18, date.Reading())


def test_the_profile_has_their_range(tmp_path: Path) -> None:
    dataset = table(tmp_path, [f"2024-{1 + at % 12:02}-01" for at in range(40)])
    profile = dataset.profile.columns[1]
    assert (profile.earliest, profile.latest, profile.distinct) == ("2024-01-01", "2024-12-01", 12)
    assert profile.histogram is not None and sum(profile.histogram.counts) == 40


def test_a_date_cannot_be_a_target(tmp_path: Path) -> None:
    dataset = table(tmp_path, [f"2024-{1 + at % 12:02}-01" for at in range(40)])
    with pytest.raises(TrainerError, match="“when” holds dates, which no task can tell"):
        parse({"task": {"name": "regression", "target": "when"}}, "train").resolved(dataset.data.summary)  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "excel", "json"])
def test_what_a_file_states_to_be_a_date_is_one(tmp_path: Path, kind: str) -> None:
    days = [datetime(2024, 1 + at % 12, 3, 5) for at in range(30)]
    dataset = imported(tmp_path, _typed(kind, days, tmp_path))
    assert dataset.data.summary.columns[0].kind == "date"
    assert seconds(dataset)[:2] == [utc(2024, 1, 3, 5), utc(2024, 2, 3, 5)]


def _typed(kind: str, days: list[datetime], folder: Path) -> dict[str, bytes]:
    if kind == "json":
        rows = (json.dumps({"when": day.isoformat(), "x": at % 7}) for at, day in enumerate(days))
        return {"x.jsonl": "\n".join(rows).encode()}
    path = folder / "typed"
    if kind == "excel":
        import openpyxl

        book = openpyxl.Workbook()
        assert book.active is not None
        for row in [("when", "x"), *((day, at % 7) for at, day in enumerate(days))]:
            book.active.append(row)
        book.save(path)
        return {"x.xlsx": path.read_bytes()}
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet as pq

    frame = pa.table({"when": pa.array(days, pa.timestamp("ns")), "x": [at % 7 for at in range(len(days))]})
    if kind == "parquet":
        pq.write_table(frame, path)
    else:
        pyarrow.feather.write_feather(frame, path)
    return {f"x.{kind}": path.read_bytes()}


def test_features_are_those_of_the_calendar() -> None:
    moments = [
        datetime(1, 1, 1),
        datetime(1600, 2, 29, 23, 59, 59),
        datetime(1969, 12, 31, 23),
        datetime(2100, 3, 1, 6),
    ]
    moments += [datetime(9999, 12, 31, 23, 59, 59), datetime(2024, 2, 29, 12, 30)]
    raw = torch.tensor([[int((one - datetime(1970, 1, 1)).total_seconds())] for one in moments])
    encode = Encode([0], [1.0], [5000.0], [1e6], [0]).double()
    features = encode(raw)
    for one, row in zip(moments, features.tolist(), strict=True):
        cycles = [(one.month - 1) / 12, one.weekday() / 7, (one.hour + one.minute / 60 + one.second / 3600) / 24]
        expected = [f(2 * np.pi * turn) for turn in cycles for f in (np.sin, np.cos)]
        assert row[0] == pytest.approx((one.year - 5000) / 1e6, abs=1e-7)
        assert row[1:7] == pytest.approx(expected, abs=1e-6)
    every = torch.cat([raw, torch.tensor([[date.GAP], [-(2**62)], [2**62]])])
    for graph in (torch.jit.script(encode), _as_onnx(encode, every)):
        torch.testing.assert_close(graph(every), encode(every), rtol=0, atol=5e-7)  # a year is 1e-6
    missing = Encode([0], [1.0], [2000.0], [10.0], [0])(torch.tensor([[date.GAP]]))
    assert missing.tolist() == [[0.0] * 8 + [1.0]]


def _as_onnx(encode: Encode, example: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    rows = torch.export.Dim("rows")
    program = torch.onnx.export(encode, (example,), dynamo=True, verbose=False, dynamic_shapes=({0: rows},))
    assert program is not None
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    (name,) = [one.name for one in session.get_inputs()]
    return lambda values: torch.from_numpy(session.run(None, {name: values.numpy()})[0])


def written(one: datetime, style: int) -> str:
    text = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%d/%m/%Y %I:%M:%S %p"]
    return one.strftime(text[style]) + (one.strftime("%z") if one.tzinfo else "")


MOMENTS = st.datetimes(
    min_value=datetime(1000, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30))]),
)


@settings(max_examples=20, deadline=None)
@given(moments=st.lists(st.tuples(MOMENTS, st.integers(0, 4)), min_size=20, max_size=40, unique=True))
def test_a_text_from_outside_is_what_the_import_made_of_it(
    tmp_path_factory: pytest.TempPathFactory, moments: list[tuple[datetime, int]]
) -> None:
    cells = [written(one, style) for one, style in moments]
    dataset = table(tmp_path_factory.mktemp("dates"), cells, date.Reading(order="day first"))
    column = dataset.data.summary.columns[1]
    (block,) = dates.blocks([column], dataset.data, np.arange(len(cells)))  # type: ignore[list-item]
    raw = dates.gatherer(block, dataset.data)(np.arange(len(cells)))
    outside, strange = read([cells], block.description(), Path())
    assert not strange
    np.testing.assert_array_equal(outside, raw)
    values = [dates.outside(column, dataset.data, row) for row in range(len(cells))]  # type: ignore[arg-type]
    again, _ = read([values], block.description(), Path())
    np.testing.assert_array_equal(again, raw)


def test_what_is_no_date_from_outside_is_named_and_a_gap() -> None:
    block = {"columns": ["when"], "order": {"when": "month first"}, "compact": []}
    values, strange = read([["3/1/2024", None, "soon", 86400, ""]], block, Path())
    assert values[:, 0].tolist() == [utc(2024, 3, 1), date.GAP, date.GAP, 86400, date.GAP]
    assert strange == [("when", "soon")]


@pytest.mark.parametrize("text", ["2024-13-01", "2024-02-30", "29.02.2023", "2024-01-01T25:00", "13:00 pm 2024"])
def test_no_date_is_made_up(text: str) -> None:
    one = moment(text)
    assert one is None or one[:2] == (None, None)


def test_a_model_of_dates_is_exported_proved_and_predicts_from_texts(tmp_path: Path) -> None:
    """The class is whether it is a weekend, which figures alone do not tell."""
    days = [datetime(2023, 1, 1) + timedelta(days=at * 37 % 900, hours=at % 24) for at in range(400)]
    rows = [
        f"{'' if at % 23 == 5 else day.isoformat()},{'yes' if day.weekday() > 4 else 'no'}"
        for at, day in enumerate(days)
    ]
    (tmp_path / "x.csv").write_text("\n".join(["when,label", *rows]))
    dataset = prepare([tmp_path / "x.csv"], ["x.csv"], tmp_path / "imported")
    assert Prepared.open(dataset.prepared).summary.columns[0].kind == "date"
    spec: dict[str, Any] = {"task": {"name": "classification", "target": "label"}, "epochs": 40, "exporters": []}
    trained = samples.attempt(tmp_path / "train", "train", spec, {"prepared": dataset.prepared})
    inputs = {"prepared": dataset.prepared, "model": trained.output("model.safetensors")}
    exporters = {"exporters": [{"name": name} for name in ("onnx", "torchscript", "safetensors")]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"] * 3
    (tmp_path / "rows.csv").write_text("when\n2024-03-02\n5 Mar 2024 10:00\n1850-01-06\n")
    words = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(tmp_path / "rows.csv")],
        cwd=exported.folder / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in words.stdout.splitlines()]
    assert [answer["class"] for answer in answers[:2]] == ["yes", "no"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-02-29 24:00:00", utc(2024, 3, 1)),
        ("2024-12-31T24:00", utc(2025, 1, 1)),
        ("31.12.2016 23:59:60", utc(2017, 1, 1)),
        ("2016-12-31T23:59:60.5Z", utc(2017, 1, 1) + 0.5),
        ("2024-W05-3", utc(2024, 1, 31)),
        ("2020W537", utc(2021, 1, 3)),
        ("２０２４-０３-０１", utc(2024, 3, 1)),
        ("２０２４／３／１　１０：００".replace("　", " "), utc(2024, 3, 1, 10)),
        ("２０２４年３月１日", utc(2024, 3, 1)),
        ("2024-W05-3T10:00+01:00", utc(2024, 1, 31, 9)),
        ("Fri Mar  1 10:00:07 2024", utc(2024, 3, 1, 10, 0, 7)),
        ("Fri Mar 01 10:00:00 +0100 2024", utc(2024, 3, 1, 9)),
        ("Fri Mar 01 2024 10:00:00 GMT+0100 (Central European Standard Time)", utc(2024, 3, 1, 9)),
        ("01/Mar/2024:10:00:00 -0500", utc(2024, 3, 1, 15)),
        ("2024年3月1日 10时30分15秒", utc(2024, 3, 1, 10, 30, 15)),
        ("2024년 3월 1일", utc(2024, 3, 1)),
        ("1. März 2024", utc(2024, 3, 1)),
        ("Freitag, 1. Maerz 2024 10:00", utc(2024, 3, 1, 10)),
        ("1er août 2024", utc(2024, 8, 1)),
        ("ven. 29 févr. 2024", utc(2024, 2, 29)),
        ("1 de marzo de 2024", utc(2024, 3, 1)),
        ("9 out 2024", utc(2024, 10, 9)),
        ("2024-03-01T10:00:00+01:00[Europe/Berlin]", utc(2024, 3, 1, 9)),
        ("2024-03-01 10.30", utc(2024, 3, 1, 10, 30)),
        ("13/03/2024 10h30", utc(2024, 3, 13, 10, 30)),
        ("13_03_2024", utc(2024, 3, 13)),
        ("3 ottobre 2024", utc(2024, 10, 3)),
        ("5 mei 2024", utc(2024, 5, 5)),
    ],
)
def test_the_rarer_forms_of_dates_are_read(tmp_path: Path, cell: str, expected: float) -> None:
    dataset = table(tmp_path, [cell, "2020-02-29", ""] * 12)
    assert dataset.data.summary.columns[1].kind == "date"
    assert seconds(dataset)[:3] == [expected, utc(2020, 2, 29), None]
    assert not {"text_in_dates", "impossible_dates"} & dataset.codes


@pytest.mark.parametrize(
    "text",
    ["2024-01-01 24:00:01", "2024-01-01 25:00", "2024-01-01 10:00:61", "2023-W53-1", "2024-W05-8", "9999-12-31 24:00"],
)
def test_what_no_clock_and_no_calendar_shows_is_no_date(text: str) -> None:
    one = moment(text)
    assert one is None or one[:2] == (None, None)


def test_of_years_with_two_figures_it_is_asked_and_said_which_century_they_are_of(tmp_path: Path) -> None:
    cells = ["3/14/24", "12/31/99", "1/2/03 10:30"] * 12
    problem = table(tmp_path / "unasked", cells).problem("unread_short_years")
    assert problem.params == {"column": "when", "value": "3/14/24"}
    assert "1969 to 1999" in problem.remedy
    dataset = table(tmp_path / "chosen", cells, date.Reading())
    assert dataset.problem("short_years").params == {"column": "when", "value": "3/14/24"}
    assert seconds(dataset)[:2] == [utc(2024, 3, 14), utc(1999, 12, 31)]
    named = ["14-Mar-24", "1 Dec 69 10:30"] * 12
    assert table(tmp_path / "named", named).problem("unread_short_years").params["value"] == "14-Mar-24"
    assert seconds(table(tmp_path / "chosen-names", named, date.Reading()))[:2] == [
        utc(2024, 3, 14),
        utc(1969, 12, 1, 10, 30),
    ]


@pytest.mark.parametrize(
    "cells",
    [
        ["1.2.3", "1.2.4"],
        ["12-34-56", "98-76-54"],
        ["10/120/80", "3/4"],
        ["red", "blue"],
        ["1234-05", "4321-07"],
        ["2010-13", "2011-20"],
    ],
)
def test_what_could_not_be_dates_is_not_asked_for(tmp_path: Path, cells: list[str]) -> None:
    assert not {"unread_short_years", "unread_months"} & table(tmp_path, cells * 20).codes


@pytest.mark.parametrize(
    ("cells", "numbers", "unit"),
    [
        (["1709251200", "1709337600"], "auto", "seconds"),
        (["1709251200000", "1709337600000"], "auto", "milliseconds"),
        (["1709251200.0", "1709337600.0"], "seconds", "seconds"),
        (["1709251200000", "1709337600000"], "milliseconds", "milliseconds"),
    ],
)
def test_numbers_since_1970_are_read_where_somebody_says_so(
    tmp_path: Path, cells: list[str], numbers: Any, unit: str
) -> None:
    reading = date.Reading(numbers=numbers)
    dataset = table(tmp_path, [*cells, ""] * 12, reading)
    assert seconds(dataset)[:3] == [utc(2024, 3, 1), utc(2024, 3, 2), None]
    assert dataset.problem("since_1970").params == {"column": "when", "value": cells[0], "unit": unit}
    column = dataset.data.summary.columns[1]
    (block,) = dates.blocks([column], dataset.data, np.arange(36))  # type: ignore[list-item]
    description = json.loads(json.dumps(block.description()))
    for raw in (cells, [float(cell) for cell in cells], [int(float(cell)) for cell in cells]):
        values, strange = read([raw], description, Path())
        assert (values[:, 0].tolist(), strange) == ([utc(2024, 3, 1), utc(2024, 3, 2)], [])


def test_negative_and_short_numbers_count_from_1970_too(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["-86400", "0", "86400"] * 12, date.Reading(numbers="seconds"))
    assert seconds(dataset)[:3] == [utc(1969, 12, 31), utc(1970, 1, 1), utc(1970, 1, 2)]


@pytest.mark.parametrize("text", ["99999999999999", "999999999999999", "-99999999999999.5", "253402300800"])
def test_numbers_beyond_the_calendar_are_dates_that_are_far(tmp_path: Path, text: str) -> None:
    assert moment(text, compact=True, unit="seconds") == (None, None, "", "", False, False, False, True, "seconds")
    dataset = table(tmp_path, ["0", "86400", text] * 12, date.Reading(numbers="seconds"))
    assert seconds(dataset)[:3] == [utc(1970, 1, 1), utc(1970, 1, 2), None]


@pytest.mark.parametrize(
    ("name", "first", "unit"),
    [
        ("timestamp", 1_709_251_200, "seconds"),
        ("createdAt", 1_709_251_200_000, "milliseconds"),
        ("event_time_ms", 1_709_251_200_000, "milliseconds"),
        ("price", 1_709_251_200, None),
        ("rate", 1_709_251_200, None),
        ("timestamp", 17, None),
    ],
)
def test_a_column_that_seems_to_count_since_1970_is_pointed_out_and_stays_numbers(
    tmp_path: Path, name: str, first: int, unit: str | None
) -> None:
    rows = "".join(f"{first + 977 * (at * 7 % 31)},{'xy'[at % 2]}\n" for at in range(40))
    dataset = imported(tmp_path, {"x.csv": f"{name},label\n{rows}".encode()})
    assert dataset.data.summary.columns[0].kind == "number"
    if unit is None:
        assert "counts_since_1970" not in dataset.codes
    else:
        assert dataset.problem("counts_since_1970").params == {"column": name, "value": str(first), "unit": unit}


@pytest.mark.parametrize("share", [1, 2])
def test_dates_of_a_file_beyond_the_year_9999_are_said(tmp_path: Path, share: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    days = pa.array([5_000_000 if at % share == 0 else 19_000 + at for at in range(36)], pa.int32()).cast(pa.date32())
    pq.write_table(pa.table({"when": days, "x": [at % 7 for at in range(36)]}), tmp_path / "x")
    dataset = imported(tmp_path / "made", {"x.parquet": (tmp_path / "x").read_bytes()})
    assert dataset.problem("far_dates").params == {"column": "when", "count": 36 // share, "value": "15659-07-15"}
    assert "impossible_dates" not in dataset.codes
    if share == 2:
        assert dataset.data.summary.columns[0].kind == "date"
        assert dataset.data.summary.columns[0].missing == 18


def test_what_the_import_took_as_missing_is_nothing_strange_to_the_reader(tmp_path: Path) -> None:
    dataset = table(tmp_path, [*["2024-03-01", "2024-03-02"] * 12, "soon", "never", "n/a", "soon"])
    column = dataset.data.summary.columns[1]
    assert column.gaps == ("n/a", "never", "soon")
    (block,) = dates.blocks([column], dataset.data, np.arange(28))  # type: ignore[list-item]
    values, strange = read([["2024-03-01", "soon", "never", "N/A", "n/a", "31.02.2024"]], block.description(), Path())
    assert values[1:, 0].tolist() == [date.GAP] * 5
    assert strange == [("when", "N/A"), ("when", "31.02.2024")]


def test_numbers_among_dates_are_said(tmp_path: Path) -> None:
    dataset = table(tmp_path, [*["2024-03-01", "2024-03-02"] * 12, "45352", "soon"])
    assert dataset.problem("text_in_dates").params == {"column": "when", "count": 2, "value": "45352", "line": 26}


DAYS = ["2024-01-01", "2024-03-01 10:00", "2024-03-01 10:00", "2024-02-01", "2023-07-05", ""]


@pytest.mark.parametrize(("by", "expected"), [("middle", "2024-02-01"), ("most_frequent", "2024-03-01 10:00:00")])
@pytest.mark.parametrize("flag", [True, False])
def test_gaps_of_dates_are_filled_where_cleaning_says_so(tmp_path: Path, by: Any, expected: str, flag: bool) -> None:
    dataset = table(tmp_path, DAYS * 6)
    step = {"name": "fill_missing", "by": by, "flag": flag}
    spec = parse({"task": {"name": "classification", "target": "label"}, "cleaning": [step]}, "train")
    assert isinstance(spec, TrainDraft)
    some = spec.resolved(dataset.data.summary)
    own = [column for column in dataset.data.summary.columns if column.kind == "date"]
    train = np.arange(30)
    fitted = dates.blocks(own, dataset.data, train)  # type: ignore[arg-type]
    (stage,) = cleaned.values(some.cleaning, fitted, own, dataset.data, train)
    (block,) = stage.after
    assert isinstance(block, date.Block)
    raw = dates.gatherer(block, dataset.data)(np.arange(6))
    filled = dates.cleaned(block, raw)
    assert dates.readable(block, 0, filled[:, 0])[-1] == expected
    assert dates.readable(block, 0, raw[:, 0])[-1] is None
    encode = Encode(**block.arguments()).double()
    features = encode(torch.from_numpy(raw))
    assert features.shape == (6, 8 + flag)
    assert torch.equal(features[:, :8], encode(torch.from_numpy(filled))[:, :8])
    assert features[-1].abs().sum() > 1
    every = torch.from_numpy(raw)
    for graph in (torch.jit.script(encode), _as_onnx(encode, every)):
        torch.testing.assert_close(graph(every), features, rtol=0, atol=5e-7)


def test_no_date_is_zero(tmp_path: Path) -> None:
    dataset = table(tmp_path, DAYS * 6)
    spec = parse(
        {
            "task": {"name": "classification", "target": "label"},
            "cleaning": [{"name": "fill_missing", "by": "zero", "columns": ["when"]}],
        },
        "train",
    )
    with pytest.raises(TrainerError, match="cannot take the column “when”"):
        spec.resolved(dataset.data.summary)  # type: ignore[union-attr]


def test_a_preview_shows_the_dates_that_fill_gaps(tmp_path: Path) -> None:
    content = "\n".join(["size,when,label", *(f"{at * 7 % 13},{DAYS[at % 6]},{'xy'[at // 3 % 2]}" for at in range(60))])
    (tmp_path / "x.csv").write_text(content)
    dataset = prepare([tmp_path / "x.csv"], ["x.csv"], tmp_path / "imported")
    spec: dict[str, Any] = {
        "task": {"name": "classification", "target": "label"},
        "cleaning": [{"name": "fill_missing", "by": "middle", "columns": ["when"]}],
    }
    done = samples.attempt(tmp_path / "preview", "preview", spec, {"prepared": dataset.prepared})
    (change,) = Preview.model_validate(done.report, strict=False).changes
    assert (change.column, change.count, change.before.missing, change.after.missing) == ("when", 10, 10, 0)
    assert {(cell.before, cell.after) for cell in change.cells} == {(None, "2024-02-01")}
    assert change.before.frequent == "2024-03-01 10:00:00"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-03", "2023-12"], [utc(2024, 3, 1), utc(2023, 12, 1)]),
        (["03/2024", "12/2023"], [utc(2024, 3, 1), utc(2023, 12, 1)]),
        (["März 2024", "Dez. 2023"], [utc(2024, 3, 1), utc(2023, 12, 1)]),
        (["2024年3月", "2023年12月"], [utc(2024, 3, 1), utc(2023, 12, 1)]),
        (["2024-Q2", "Q4 2023"], [utc(2024, 4, 1), utc(2023, 10, 1)]),
    ],
)
def test_months_are_asked_for_and_read_as_their_first_day(
    tmp_path: Path, cells: list[str], expected: list[float]
) -> None:
    dataset = table(tmp_path / "unasked", cells * 12)
    assert dataset.data.summary.columns[1].kind != "date"
    assert dataset.problem("unread_months").params == {"column": "when", "value": cells[0]}
    dataset = table(tmp_path / "chosen", cells * 12, date.Reading())
    assert seconds(dataset)[:2] == expected
    assert dataset.problem("months").params["value"] == cells[0]


def test_one_cell_like_a_date_makes_no_dates_and_a_few_others_do_not_hide_them(tmp_path: Path) -> None:
    cells = [f"{at % 12 + 1}-xx-{at:05}" for at in range(30_000)]
    assert not {"unread_short_years", "unread_months"} & table(tmp_path, ["1/2/03", *cells]).codes
    mixed = ["1/2/24"] * 3 + [f"{at % 12 + 1}/{at % 28 + 1}/{at % 100:02}" for at in range(9000)] + ["never"] * 40
    assert table(tmp_path / "short", mixed).problem("unread_short_years").params["value"] == "1/2/24"


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["2024-03-01", "45352"], "2024-03-01"),
        (["soon", "2024-03-01 10:00", "1. Mai 2024", "later"], "2024-03-01 10:00"),
    ],
)
def test_a_column_that_is_partly_dates_is_pointed_out(tmp_path: Path, cells: list[str], value: str) -> None:
    dataset = table(tmp_path, cells * 12)
    assert dataset.data.summary.columns[1].kind != "date"
    params = dataset.problem("partly_dates").params
    assert params == {"column": "when", "count": 6 * len(cells), "present": 12 * len(cells), "value": value}
