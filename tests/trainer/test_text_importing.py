"""How columns of free text are recognised, kept whole in the prepared file, and told of."""

import io
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.files import Imported, imported, picture, refusal, zipped
from trainer.columns import Column, Readings, module_of, text
from trainer.data.inputs import feature_columns
from trainer.data.prepared import offsets_name, own_name
from trainer.errors import TrainerError
from trainer.formats import csv, json_lines
from trainer.formats.json_lines.reader import ZERO
from trainer.importing import typed as typed_tables

SENTENCES = ["The room was clean, and quiet.", "Nobody answered at the desk.", "We shall come again next year!"]


def lines(rows: Sequence[object]) -> bytes:
    """JSON Lines of texts, each beside a number and a class."""
    return "".join(
        json.dumps({"size": at * 7 % 13 + 0.5, "text": cell, "label": "xy"[at // 3 % 2]}, ensure_ascii=False) + "\n"
        for at, cell in enumerate(rows)
    ).encode("utf-8")


def from_lines(folder: Path, rows: Sequence[object], readings: Readings | None = None) -> Imported:
    return imported(folder, {"x.jsonl": lines(rows)}, readings=readings)


def from_csv(folder: Path, cells: Sequence[str], readings: Readings | None = None) -> Imported:
    rows = (f'{at * 7 % 13}.5,"{cell}",{"xy"[at // 3 % 2]}' for at, cell in enumerate(cells))
    return imported(folder, {"x.csv": "\n".join(["size,text,label", *rows]).encode()}, readings=readings)


def column(dataset: Imported) -> Column:
    return next(column for column in dataset.data.summary.columns if column.name == "text")


def texts(dataset: Imported) -> list[str | None]:
    """All that is in the prepared file, as somebody outside has it."""
    own = column(dataset)
    return [module_of(own, "values").outside(own, dataset.data, row) for row in range(len(dataset.data))]


def varied(count: int) -> list[str]:
    return [f"{SENTENCES[at % 3]} {at}" for at in range(count)]


def test_the_texts_lie_in_the_prepared_file_as_bytes_and_where_each_begins(tmp_path: Path) -> None:
    cells = [*varied(29), "房间大，装修好 😀"]
    dataset = from_lines(tmp_path, cells)
    content, starts = dataset.data.ragged("text")
    assert (content.dtype.str, starts.dtype.str) == ("|u1", "<i8")
    assert content.tobytes().decode() == "".join(cells)
    assert starts.tolist() == [0, *np.cumsum([len(cell.encode()) for cell in cells]).tolist()]
    assert texts(dataset) == cells
    assert dataset.data.array(own_name("text")) is content
    assert dataset.data.array(offsets_name("text")) is starts


def test_the_column_knows_its_characters(tmp_path: Path) -> None:
    cells = [*varied(29), "房间大，装修好 😀" * 9]
    own = column(from_lines(tmp_path, cells))
    assert isinstance(own, text.Column)
    assert (own.characters, own.longest) == (sum(map(len, cells)), len(cells[-1]))
    assert own.words == sum(len(cell.split()) for cell in cells)
    assert (own.distinct, own.missing) == (30, 0)


def test_a_text_is_neither_stripped_nor_normalised(tmp_path: Path) -> None:
    cells = [
        "  two spaces stand before this one",
        "cafe\u0301 and caf\u00e9",
        "a\u200bb\u200f c d",
        "and a line\nmore\t",
    ]
    assert texts(from_lines(tmp_path, [*cells, *varied(26)]))[:4] == cells
    assert texts(from_csv(tmp_path / "csv", [*cells, *varied(26)]))[:4] == cells


def test_what_is_missing_has_no_bytes(tmp_path: Path) -> None:
    dataset = from_lines(tmp_path, [None, "", "  ", *varied(27)])
    assert texts(dataset)[:3] == [None, None, None]
    assert column(dataset).missing == 3
    dataset = from_csv(tmp_path / "csv", ["NA", "", "  ", *varied(27)])
    assert texts(dataset)[:3] == [None, None, None]
    assert (column(dataset).missing, column(dataset).gaps) == (3, ("NA",))


@pytest.mark.parametrize("first", ["1.50", "007", "red"])
def test_a_column_that_turns_into_texts_late_has_them_all(tmp_path: Path, first: str) -> None:
    """By far more than are read at once are numbers, codes, or of one class."""
    cells = [first] * 200_000 + varied(100_000)
    dataset = from_csv(tmp_path, cells)
    assert column(dataset).kind == "text"
    assert texts(dataset)[:2] == [first, first]
    content, starts = dataset.data.ragged("text")
    assert content.tobytes().decode() == "".join(cells)
    assert starts[-1] == len(content)


def test_lines_that_were_left_out_are_told_once_though_the_rows_are_read_twice(tmp_path: Path) -> None:
    cells = ["red"] * 200_000 + [cell.replace(",", "") for cell in varied(100_000)]
    rows = [f"{at}.5,{cell},x" for at, cell in enumerate(cells)]
    rows[5] = "1,2,3,4,5"
    content = "\n".join(["size,text,label", *rows, "1,2"]).encode()
    dataset = imported(tmp_path, {"x.csv": content}, csv.Spec(name="csv", other_widths="leave out"))
    assert column(dataset).kind == "text"
    assert dataset.problem("other_widths").params == {"count": 2, "lines": f"7, {len(rows) + 2}"}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2.50", "10", "7"] * 10, "number"),
        (["red", "blue", "green"] * 10, "category"),
        (["yes", "no"] * 15, "boolean"),
        (["2024-03-01", "2023-01-31"] * 15, "date"),
    ],
)
def test_any_column_is_text_where_somebody_says_so(tmp_path: Path, cells: list[str], kind: str) -> None:
    assert column(from_csv(tmp_path, cells)).kind == kind
    dataset = from_csv(tmp_path / "chosen", cells, {"text": text.Reading()})
    assert column(dataset).kind == "text"
    assert texts(dataset) == cells


def test_numbers_that_a_file_states_are_texts_where_somebody_says_so(tmp_path: Path) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": [1.5, None, 3.0] * 10, "label": ["a", "b", "a"] * 10}), file)
    dataset = imported(tmp_path, {"x.parquet": file.getvalue()}, readings={"text": text.Reading()})
    assert texts(dataset)[:3] == ["1.5", None, "3"]


TITLES = ["Senior Software Engineer", "Nurse", "Head of the Department", "Teacher of Mathematics"]
MAIL = "Subject: meeting\n\nDear all,\nplease find the minutes attached.\nBest regards"


@pytest.mark.parametrize(
    ("cells", "kind", "is_identifier"),
    [
        ([f"{MAIL} {at}" for at in range(40)], "text", False),
        (varied(40), "text", False),
        (varied(12), "text", False),
        ([cell for cell in varied(40) for _ in range(3)], "text", False),
        ([f"{title} {at % 30}" for at in range(300) for title in TITLES], "category", False),
        (TITLES * 30, "category", False),
        (SENTENCES * 40, "category", False),
        ([f"{chr(97 + at % 26)}ob Smith{at}" for at in range(60)], "text", False),
        ([f"user{at:04}x" for at in range(60)], "text", True),
        ([chr(0x4E00 + at) + chr(0x5E00 + at) for at in range(60)], "text", True),
        ([chr(0x4E00 + at % 9) + "大" for at in range(60)], "category", False),
        ([f"床前明月光，疑是地上霜{chr(0x4E00 + at)}" for at in range(60)], "text", False),
        ([f"房间很好服务周到{chr(0x4E00 + at)}" for at in range(12)], "text", False),
        (["甲", "乙", "丙"] * 9, "category", False),
    ],
)
def test_texts_are_told_from_classes_and_from_names_of_rows_as_a_person_would(
    tmp_path: Path, cells: list[str], kind: str, is_identifier: bool
) -> None:
    own = column(from_lines(tmp_path, cells))
    assert (own.kind, own.is_identifier) == (kind, is_identifier)


def test_lists_and_objects_go_in_only_where_they_are_chosen_and_it_is_said(tmp_path: Path) -> None:
    dataset = from_lines(tmp_path, [{"a": at, "b": [1, 2]} for at in range(30)])
    assert column(dataset).is_identifier
    assert "unless you choose it" in dataset.problem("nested_values").remedy
    assert not dataset.codes & {"identifier", "text_identifier"}


def test_what_only_names_rows_is_left_out_and_it_is_said_once(tmp_path: Path) -> None:
    rows = [
        {"text": cell, "user": f"user{at:04}x", "tags": [{"a": at}], "price": f"{at / 4}", "label": "xy"[at % 2]}
        for at, cell in enumerate(varied(60))
    ]
    dataset = imported(tmp_path, {"x.jsonl": "\n".join(map(json.dumps, rows)).encode()})
    assert [one.kind for one in dataset.data.summary.columns] == ["text", "text", "text", "text", "category"]
    assert [one.name for one in feature_columns((), ("label",), dataset.data.summary)] == ["text"]
    assert [one.name for one in feature_columns(("user",), ("label",), dataset.data.summary)] == ["user"]
    assert dataset.codes == {"text_identifier", "nested_values", "numbers_as_text"}
    assert "left out unless you choose it" in dataset.problem("numbers_as_text").remedy


def test_a_column_without_any_text_is_left_out_with_a_sentence(tmp_path: Path) -> None:
    dataset = from_lines(tmp_path, ["", None, " "] * 10)
    assert column(dataset).kind == "constant"
    assert dataset.problem("constant").params["column"] == "text"
    with pytest.raises(TrainerError, match="“text” has no value"):
        from_lines(tmp_path / "chosen", [""] * 30, {"text": text.Reading()})


def test_a_text_of_ten_megabytes_is_kept_whole_where_a_file_can_hold_it(tmp_path: Path) -> None:
    cells = [*varied(20), "长话 " * 1_500_000, *varied(9)]
    assert len(cells[20].encode()) > 10_000_000
    for name, content in (("x.jsonl", lines(cells)), ("x.parquet", parquet(cells))):
        dataset = imported(tmp_path / name, {name: content})
        assert texts(dataset) == cells
        own = column(dataset)
        assert isinstance(own, text.Column)
        assert own.longest == len(cells[20])
        assert dataset.profile.columns[1].texts is not None
        longest = dataset.profile.columns[1].texts.samples[-1]
        assert (longest.characters, longest.is_cut) == (own.longest, True)
        assert len(dataset.profile.model_dump_json()) < 100_000


def parquet(cells: Sequence[str | None]) -> bytes:
    file = io.BytesIO()
    labels = ["xy"[at // 3 % 2] for at in range(len(cells))]
    pq.write_table(pa.table({"size": [at * 0.5 for at in range(len(cells))], "text": cells, "label": labels}), file)
    return file.getvalue()


def test_a_longer_text_than_a_file_may_have_is_refused_with_its_line_and_the_limit(tmp_path: Path) -> None:
    cells = [*varied(20), "long text " * 1_000_000, *varied(9)]
    rows = "\n".join(["size,text,label", *(f'{at},"{cell}",x' for at, cell in enumerate(cells))])
    error = refusal(tmp_path, {"x.csv": rows.encode()})
    assert "line 22" in str(error) and "million characters" in str(error)
    error = refusal(tmp_path / "lines", {"x.jsonl": lines([*varied(20), "long text " * 2_000_000])})
    assert str(error).startswith("Line 21 is longer than 16 million bytes")


def test_a_few_bytes_that_are_no_utf8_are_named_with_their_lines_and_the_other_texts_kept(tmp_path: Path) -> None:
    cells = [f"房间大，装修好，服务佳 {at}" for at in range(40)]
    content = bytearray(
        "\n".join(["size,text,label", *(f"{at}.5,{cell},{'xy'[at % 2]}" for at, cell in enumerate(cells))]).encode()
    )
    content = content.replace("服务佳 7".encode(), "服务".encode() + b"\xff 7")
    dataset = imported(tmp_path, {"x.csv": bytes(content)})
    assert dataset.problem("wrong_bytes").params == {"count": 1, "lines": "9"}
    assert texts(dataset) == [*cells[:7], "房间大，装修好，服务\ufffd 7", *cells[8:]]
    assert dataset.problem("lost_letters").params == {"column": "text", "count": 1}
    assert "encoding" not in dataset.codes


def test_a_line_of_json_that_is_no_utf8_is_named_and_can_be_left_out(tmp_path: Path) -> None:
    content = lines(varied(30)).replace(b"clean, and quiet. 9", b"clean \xff quiet. 9")
    assert str(refusal(tmp_path, {"x.jsonl": content})).startswith("Line 10 is not valid JSON")
    dataset = imported(
        tmp_path / "kept", {"x.jsonl": content}, json_lines.Spec(name="json_lines", broken_lines="leave out")
    )
    assert dataset.problem("broken_lines").params == {"count": 1, "lines": "10"}
    assert texts(dataset) == [*varied(9), *varied(30)[10:]]


def test_half_characters_of_json_are_told_as_lost(tmp_path: Path) -> None:
    content = lines(["half HALF of one", "two halves 😀", *varied(28)]).replace(b"HALF", rb"\ud800")
    dataset = imported(tmp_path, {"x.jsonl": content.replace("😀".encode(), rb"\ud83d\ude00")})
    assert texts(dataset)[:2] == ["half \ufffd of one", "two halves 😀"]
    assert dataset.problem("lost_letters").params == {"column": "text", "count": 1}


def test_zero_characters_are_spaces_in_json_and_parquet_and_name_their_line_in_csv(tmp_path: Path) -> None:
    cells = ["none here", "zero \0 character", *varied(29)]
    for name, content in (("x.jsonl", lines(cells)), ("x.parquet", parquet(cells))):
        dataset = imported(tmp_path / name, {name: content})
        assert texts(dataset)[1] == "zero   character"
        assert dataset.problem("zero_characters").params == {"row": 2}
    rows = "\n".join(["size,text,label", *(f'{at},"{cell}",x' for at, cell in enumerate(cells))])
    assert str(refusal(tmp_path, {"x.csv": rows.encode()})).startswith("Line 3 holds bytes that are no text")


def test_a_backslash_before_u0000_is_no_zero_character() -> None:
    assert ZERO.search(rb'"\u0000"') and ZERO.search(rb'"\\\u0000"')
    assert not ZERO.search(rb'"\\u0000"')


def test_marks_of_direction_and_what_cannot_be_seen_are_told_by_number(tmp_path: Path) -> None:
    dataset = from_lines(tmp_path, ["\u202eabc\u202c d\u200be\x07", *varied(29)])
    assert dataset.problem("unseen_characters").params["characters"] == "U+0007, U+200B, U+202C"
    profile = dataset.profile.columns[1].texts
    assert profile is not None
    assert profile.samples[0].text == "[U+202E]abc[U+202C] d[U+200B]e[U+0007]"


CELL = st.one_of(
    st.sampled_from(["1", "1.50", " 7 ", "0012", "NA", "", "red", "blue", "yes", "no", "2024-03-01", "x" * 90]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELL, min_size=8, max_size=60), st.booleans(), st.integers(1, 8))
def test_whatever_came_first_every_text_is_as_it_stands_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: list[str], is_chosen: bool, rows_a_piece: int
) -> None:
    """Read some rows at a time, with few of them looking like text at first."""
    monkeypatch.setattr(typed_tables, "CHUNK_ROWS", rows_a_piece)
    file = io.BytesIO()
    pq.write_table(pa.table({"text": cells, "row": [at * 0.5 for at in range(len(cells))]}), file)
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        readings = {"text": text.Reading()} if is_chosen and any(map(str.strip, cells)) else {}
        dataset = imported(Path(folder), {"x.parquet": file.getvalue()}, readings=readings)
        if column(dataset).kind == "text":
            assert texts(dataset) == [cell if cell.strip() else None for cell in cells]
        else:
            assert not readings


FEW = varied(12)  # so few that they might be classes until all are there: then the rows are read again
LABELS = ["xy"[at % 2] for at in range(12)]


def book() -> bytes:
    workbook, file = openpyxl.Workbook(), io.BytesIO()
    for row in (("text", "label"), *zip(FEW, LABELS, strict=True)):
        workbook.active.append(row)
    workbook.save(file)
    return file.getvalue()


def arrays() -> bytes:
    file = io.BytesIO()
    np.savez(file, text=np.array(FEW), label=np.array(LABELS))
    return file.getvalue()


def arrow() -> bytes:
    file = io.BytesIO()
    pyarrow.feather.write_feather(pa.table({"text": FEW, "label": LABELS}), file)
    return file.getvalue()


def pictures() -> dict[str, bytes]:
    rows = [f'{at}.png,"{cell}",{label}' for at, (cell, label) in enumerate(zip(FEW, LABELS, strict=True))]
    table = "\n".join(["file,text,label", *rows]).encode()
    return {"labels.csv": table} | {f"{at}.png": picture(seed=at) for at in range(12) if at != 5}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", lambda: "\n".join(["text,label", *(f'"{cell}",x' for cell in FEW)]).encode()),
        ("x.jsonl", lambda: lines(FEW)),
        ("x.json", lambda: json.dumps([{"text": cell, "size": at} for at, cell in enumerate(FEW)]).encode()),
        ("x.parquet", lambda: parquet(FEW)),
        ("x.feather", arrow),
        ("x.xlsx", book),
        ("x.npz", arrays),
        ("x.zip", lambda: zipped(pictures())),
    ],
)
def test_every_format_gives_its_rows_a_second_time(tmp_path: Path, name: str, content: Callable[[], bytes]) -> None:
    dataset = imported(tmp_path, {name: content()})
    assert texts(dataset) == (FEW if name != "x.zip" else [*FEW[:5], *FEW[6:]])
