"""Whatever an import leaves out is counted, listed with its reason, and told; a loss is never “nothing to do”."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from tests.files import Imported, idx, imported, picture, refusal, zipped
from trainer.catalog import listing
from trainer.component import Component

ROWS = [(number / 4, "owl" if number % 3 else "fox") for number in range(12)]
TABLE = "size,bird\n" + "".join(f"{size},{bird}\n" for size, bird in ROWS)
LINES = "".join(f'{{"size": {size}, "bird": "{bird}"}}\n' for size, bird in ROWS)


def left_out(dataset: Imported) -> dict[str, str]:
    """As the list has it, which is as long as the page says."""
    path = dataset.folder / "left_out.csv"
    lines = list(csv.DictReader(path.open(encoding="utf-8", newline=""))) if path.exists() else []
    assert dataset.profile.left_out == len(lines)
    return {line["name"]: line["reason"] for line in lines}


def spec(name: str, **fields: Any) -> Component:
    return listing("formats")[name].spec.model_validate({"name": name, **fields})


def typed(write: Any) -> bytes:
    file = io.BytesIO()
    write(pa.table({"size": [size for size, _ in ROWS], "bird": [bird for _, bird in ROWS]}), file)
    return file.getvalue()


def sheets() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for title, sheet in {"birds": book.active, "=notes": book.create_sheet()}.items():
        sheet.title = title.strip("=")
        for row in [("size", "bird"), *ROWS]:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


MANY = dict.fromkeys([f"fox/{n}.png" for n in range(4)] + [f"owl/{n}.png" for n in range(4)], b"")
PICTURES = {name: picture(seed=seed) for seed, name in enumerate(MANY)}

CASES: dict[str, tuple[Mapping[str, bytes], Component | None, dict[str, str], set[str]]] = {
    "lines of another width, and remarks behind": (
        {"a.csv": (TABLE + "1,2,3\n0.5,owl\nsource: a friend\n").encode()},
        spec("csv", other_widths="leave out"),
        {
            "line 14": "more or fewer values than the others",
            "line 16": "more or fewer values than the others",
        },
        {"other_widths"},
    ),
    "titles and comments above": (
        {"a.csv": f"# made by hand\n\n# in spring\n{TABLE}".encode()},
        None,
        {"line 1: # made by hand": "above the table", "line 3: # in spring": "above the table"},
        {"lines_before"},
    ),
    "a title above": (
        {"a.csv": f"Birds of the lake\n\n{TABLE}".encode()},
        None,
        {"line 1: Birds of the lake": "above the table"},
        {"lines_before"},
    ),
    "a comment above names in another comment": (
        {"a.csv": f"# made by hand\n# {TABLE}".encode()},
        None,
        {"line 1: # made by hand": "above the table"},
        {"lines_before"},
    ),
    "remarks behind": (
        {"a.csv": (TABLE + "source: a friend\n# and me\n").encode()},
        None,
        {"line 14: source: a friend": "behind the last row", "line 15: # and me": "behind the last row"},
        {"lines_behind"},
    ),
    "columns that tell nothing": (
        {
            "a.csv": "".join(
                f"{line},{'kind' if not at else 'same'}\n" for at, line in enumerate(TABLE.split())
            ).encode()
        },
        None,
        {"column kind": "at most one value in all rows"},
        {"constant"},
    ),
    "broken JSON Lines": (
        {"a.jsonl": (LINES + '{"size": 1,\n[1, 2]\n' + LINES).encode()},
        spec("json_lines", broken_lines="leave out"),
        {"line 13": "no JSON object", "line 14": "no JSON object"},
        {"broken_lines"},
    ),
    "files beside a CSV": (
        {"x.zip": zipped({"a.csv": TABLE.encode(), "README.md": b"mine", "notes.txt": b"none"})},
        None,
        {"README.md": "no part of the table", "notes.txt": "no part of the table"},
        {"other_files"},
    ),
    "files beside JSON Lines": (
        {"x.zip": zipped({"a.jsonl": LINES.encode(), "b.csv": TABLE.encode()})},
        None,
        {"b.csv": "no part of the table"},
        {"other_files"},
    ),
    "files beside Parquet": (
        {"x.zip": zipped({"a.parquet": typed(pyarrow.parquet.write_table), "b.csv": TABLE.encode()})},
        None,
        {"b.csv": "no part of the table"},
        {"other_files"},
    ),
    "files beside Arrow": (
        {"x.zip": zipped({"a.feather": typed(pyarrow.feather.write_feather), "notes.md": b"mine"})},
        None,
        {"notes.md": "no part of the table"},
        {"other_files"},
    ),
    "other sheets": ({"a.xlsx": sheets()}, None, {"sheet notes": "another sheet was read"}, {"other_sheets"}),
    "files beside IDX": (
        {"x.zip": zipped({"p": idx(np.zeros((4, 2, 2), np.uint8)), "l": idx([0, 1, 0, 1]), "n.md": b"x"})},
        None,
        {"n.md": "no IDX file"},
        {"other_files"},
    ),
    "hidden files, but not what systems leave": (
        {
            "x.zip": zipped(
                PICTURES
                | {".drafts/a.png": picture(), "fox/.old.png": picture()}
                | {"__MACOSX/fox/._0.png": b"x", "fox/.DS_Store": b"x", "owl/Thumbs.db": b"x"}
            )
        },
        None,
        {".drafts/a.png": "hidden file", "fox/.old.png": "hidden file"},
        set(),
    ),
    "a class in a format that is not read": (
        {"x.zip": zipped(PICTURES | {"hare/1.heic": b"\0\0\0\x18ftypheic" + bytes(400)})},
        None,
        {"hare/1.heic": "format not read", "class hare": "none of its pictures can be read"},
        {"lost_class", "foreign_pictures"},
    ),
    "a folder without pictures beside those of the classes": (
        {"x.zip": zipped(PICTURES | {"hare/1.mov": b"film", "hare/2.mov": b"film"})},
        None,
        {"hare/1.mov": "no picture", "hare/2.mov": "no picture"},
        {"folder_without_pictures", "other_files"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_out_is_counted_listed_with_its_reason_and_told(tmp_path: Path, case: str) -> None:
    files, chosen, reasons, codes = CASES[case]
    dataset = imported(tmp_path, files, chosen)
    assert left_out(dataset) == reasons
    assert codes <= dataset.codes
    lost = [one for one in dataset.profile.problems if one.code in codes | {"lost_class", "lost_value", "constant"}]
    assert not [one.code for one in lost if one.remedy.startswith("Nothing to do")]


def test_nothing_is_listed_where_nothing_is_left_out(tmp_path: Path) -> None:
    for name, files in {"table": {"a.csv": TABLE.encode()}, "pictures": {"x.zip": zipped(PICTURES)}}.items():
        assert left_out(imported(tmp_path / name, files)) == {}


def test_broken_json_lines_are_refused_with_the_line_and_the_way_out(tmp_path: Path) -> None:
    for number, broken in enumerate(('{"size": 1,', "[1, 2]")):
        error = refusal(tmp_path / str(number), {"a.jsonl": (LINES + broken + "\n").encode()})
        assert "Line 13" in str(error) and "leave such lines out" in str(error)
