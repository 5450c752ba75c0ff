"""Tables in JSON Lines."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.files import imported, refusal
from trainer.catalog import listing
from trainer.columns import boolean, category


def test_keys_become_columns(tmp_path: Path) -> None:
    lines = b"".join(
        b'{"text": "\xe4\xbd\xa0\xe5\xa5\xbd %d times", "n": %d, "label": "%c"}\n' % (n, n, b"ab"[n % 2])
        for n in range(30)
    )
    dataset = imported(tmp_path, {"x.jsonl": lines + b'\n{"label": "a", "more": [1, null], "n": null}\n'})
    assert [(column.name, column.kind) for column in dataset.data.summary.columns] == [
        ("text", "text"),
        ("n", "number"),
        ("label", "category"),
        ("more", "constant"),
    ]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [*range(30), np.nan])
    assert dataset.profile.rows[-1] == ("", "", "a", "[1, null]")
    assert dataset.profile.suggested_target == "label"


def test_texts_and_classes_alone_are_data_to_learn_from(tmp_path: Path) -> None:
    dataset = imported(
        tmp_path, {"x.jsonl": b"".join(b'{"text": "some words %d", "label": %d}\n' % (n, n % 2) for n in range(30))}
    )
    assert [column.kind for column in dataset.data.summary.columns] == ["text", "number"]
    assert not dataset.codes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"a": 1}\n{"a": \n', "json_syntax"),
        (b'{"a": 1}\n[1, 2]\n', "json_object"),
        (b'{"a": 1}\n' + b"[" * 100_000, "json_syntax"),
        (b'{"a": 1}\n{"a": ' + b"9" * 5000 + b"}\n", "json_syntax"),
        (b"{}\n{}\n", "json_no_rows"),
        (b'{"a": 1}\n' + b"x" * 20_000_000, "json_line"),
        (b'{"a": 1}\n{"a": "\xff"}\n', "json_syntax"),
        (b'{"a": {"b": [\n1, 2]}}\n', "format_json"),
        (b"[\n1, 2]\n", "format_json"),
    ],
)
def test_what_is_no_table_is_refused_with_its_own_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, {"x.json": content}).code == code


def test_unpaired_surrogates_and_zero_bytes_do_not_reach_the_profile(tmp_path: Path) -> None:
    lines = b"".join(b'{"a\\u0000b": "\\ud800", "c": "x\\u0000%d", "n": %d}\n' % (n % 2, n) for n in range(30))
    dataset = imported(tmp_path, {"x.jsonl": lines})
    assert dataset.data.summary.columns[0].name == "a b"


def test_what_json_states_stays_so(tmp_path: Path) -> None:
    rows = [
        {
            "code": f"{n % 3:03}",
            "note": "NA" if n % 2 else "1e5",
            "size": None if n == 7 else n / 4,
            "whole": n % 5,
            "big": 2**60 + n % 3,
            "flag": n % 2 == 0,
            "mixed": n if n % 4 else "NA",
        }
        for n in range(40)
    ]
    dataset = imported(tmp_path, {"x.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()})
    kinds = {column.name: column.kind for column in dataset.data.summary.columns}
    assert kinds == {
        "code": "category",
        "note": "category",
        "size": "number",
        "whole": "number",
        "big": "category",
        "flag": "boolean",
        "mixed": "number",
    }
    levels = {
        column.name: column.levels
        for column in dataset.data.summary.columns
        if isinstance(column, category.Column | boolean.Column)
    }
    assert (levels["code"], levels["note"], levels["flag"]) == (("000", "001", "002"), ("1e5", "NA"), ("false", "true"))
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [np.nan if n == 7 else n / 4 for n in range(40)])
    assert dataset.profile.rows[1][:4] == ("001", "NA", "0.25", "1")


def test_rows_with_gaps_among_numbers_are_compared(tmp_path: Path) -> None:
    dataset = imported(
        tmp_path,
        {"x.jsonl": b'{"a": null, "b": 0.0}\n{"a": NaN, "b": -0.0}\n{"a": 1, "b": 1}\n{"a": 1e999, "b": 3}\n' * 5},
    )
    assert dataset.profile.duplicates == 17
    assert dataset.problem("infinite_values").params == {"column": "a", "count": 5, "line": 4}


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.txt", "x"])
def test_json_lines_are_known_by_their_content_whatever_they_are_called(tmp_path: Path, name: str) -> None:
    lines = b"".join(b'{"size": %d, "label": "%c"}\n' % (n * 7 % 11, b"ab"[n % 2]) for n in range(30))
    dataset = imported(tmp_path, {name: lines})
    assert dataset.profile.format == "json_lines"
    assert [column.name for column in dataset.data.summary.columns] == ["size", "label"]


def test_each_key_has_a_name_of_its_own(tmp_path: Path) -> None:
    lines = b"".join(
        b'{"a": %d, "a (2)": %d, "a ": %d, "": "%c"}\n' % (n, n * n, n % 3, b"xy"[n % 2]) for n in range(30)
    )
    dataset = imported(tmp_path, {"x.jsonl": lines})
    assert [column.name for column in dataset.data.summary.columns] == ["a", "a (2)", "a (3)", "column 4"]


LEAVING_OUT = listing("formats")["json_lines"].spec.model_validate({"name": "json_lines", "broken_lines": "leave out"})
ROWS = [{"size": number / 4, "bird": "owl" if number % 3 else "fox"} for number in range(30)]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS).encode(),
        json.dumps(ROWS, indent=2).encode(),
        b"\xef\xbb\xbf" + json.dumps(ROWS).encode() + b"\r\n",
        ("[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n").encode(),
        json.dumps(ROWS).encode("utf-16"),
        "\r\n".join(map(json.dumps, ROWS)).encode("utf-16"),
    ],
    ids=["a list", "indented", "a mark", "one object a line", "a list in UTF-16", "lines in UTF-16"],
)
def test_a_list_of_objects_and_other_encodings_are_read_as_lines_are(content: bytes, tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"birds.json": content})
    lines = imported(tmp_path / "lines", {"x.jsonl": "\n".join(map(json.dumps, ROWS)).encode()})
    assert dataset.profile.format == "json_lines"
    assert dataset.data.summary == lines.data.summary
    np.testing.assert_array_equal(dataset.data.array("numbers"), lines.data.array("numbers"))


def test_a_list_is_read_object_by_object(tmp_path: Path) -> None:
    rows = [{"text": "x" * 1000 + f" {number}", "number": number} for number in range(5000)]
    dataset = imported(tmp_path, {"x": json.dumps(rows).encode()})
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], range(5000))


@pytest.mark.parametrize(
    ("tail", "number"),
    [
        ("", 30),
        (",", 31),
        ('{"size": 1}]', 30),
        ("] more", 30),
        (', {"size": }]', 31),
        (', {"size": 1}, {"size": [1}]', 32),
        ("\0]", 30),
        ("x" * 20_000_000, 30),
    ],
)
def test_a_damaged_list_is_refused_with_its_object_and_line(tmp_path: Path, tail: str, number: int) -> None:
    for is_left_out, spec in enumerate((None, LEAVING_OUT)):
        files = {"x.json": (json.dumps(ROWS, indent=1)[:-2] + tail).encode()}
        error = refusal(tmp_path / str(is_left_out), files, spec)
        assert (error.code, error.params["number"], error.params["line"]) == ("json_array", number, 30 * 4 + 1)


WRONG = b'[\n{"size": 1, "bird": "owl"},\n5, null,\n{"bird": "\xff"},\n[{"size": 2}],\n{"size": 3, "bird": "fox"}]'


def test_what_is_no_object_in_a_list_is_refused_with_its_line_or_left_out(tmp_path: Path) -> None:
    error = refusal(tmp_path / "refused", {"x.json": WRONG})
    assert (error.code, error.params) == ("json_array_object", {"number": 2, "line": 3})
    dataset = imported(tmp_path / "read", {"x.json": WRONG}, LEAVING_OUT)
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [1, 3])
    assert dataset.problem("broken_lines").params == {"count": 4, "lines": "3, 3, 4, 5"}
    assert dataset.profile.left_out == 4


def test_lines_of_a_list_over_many_lines_are_counted_and_not_its_objects(tmp_path: Path) -> None:
    rows = [{"size": number, "note": "x" * 40_000} for number in range(60)]
    rows[50]["size"] = 1e999
    dataset = imported(tmp_path, {"x.json": json.dumps(rows, indent=2).encode()})
    assert dataset.problem("infinite_values").params["line"] == 2 + 50 * 4


def test_a_number_across_two_pieces_is_one_value(tmp_path: Path) -> None:
    begin = '[{"size": 1, "bird": "owl"}, '
    content = begin + " " * (2**20 - len(begin) - 1) + '12, {"size": 3, "bird": "fox"}]'
    dataset = imported(tmp_path, {"x.json": content.encode()}, LEAVING_OUT)
    assert dataset.problem("broken_lines").params["count"] == 1


def test_a_deep_list_and_other_letters_are_refused(tmp_path: Path) -> None:
    deep = '[{"a": ' + "[" * 100_000
    assert refusal(tmp_path / "deep", {"x.json": deep.encode()}).code == "json_array"
    assert refusal(tmp_path / "letters", {"x.json": b'[{"a": "\xff"}]'}).code == "json_array_object"


def test_objects_in_cells_are_not_called_free_text(tmp_path: Path) -> None:
    rows = [
        {"at": {"x": number, "y": [1]}, "size": number / 4, "bird": "fox" if number % 2 else "owl"}
        for number in range(30)
    ]
    dataset = imported(tmp_path, {"x.jsonl": "\n".join(map(json.dumps, rows)).encode()})
    assert dataset.problem("nested_values").params == {"column": "at", "value": '{"x": 0, "y": [1]}'}


@pytest.mark.parametrize("gap", [False, True])
def test_long_lists_of_numbers_are_told_as_lists_and_not_as_identifiers(gap: bool, tmp_path: Path) -> None:
    rows = [
        {
            "embedding": None if gap and number == 3 else [number / 7, *range(100)],
            "bird": "fox" if number % 2 else "owl",
        }
        for number in range(60)
    ]
    dataset = imported(tmp_path, {"x.jsonl": "\n".join(map(json.dumps, rows)).encode()})
    assert dataset.problem("nested_values").params["value"].startswith("[0.0, 0, 1")
    assert not {"identifier", "text_identifier"} & dataset.codes
    rows[50]["embedding"] = "none here"
    dataset = imported(tmp_path / "mixed", {"x.jsonl": "\n".join(map(json.dumps, rows)).encode()})
    assert "nested_values" not in dataset.codes
