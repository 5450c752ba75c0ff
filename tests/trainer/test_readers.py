"""What a kind's reader makes of raw text is what the import wrote, whatever the cells."""

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.files import imported
from trainer import columns
from trainer.columns import Block, Column
from trainer.data.prepared import Array, Indices, Prepared
from trainer.importing.cells import MISSING
from trainer.proving.raw_rows import read

MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
GAPS = sorted(MISSING)
PADDING = st.sampled_from(["", " ", "\u00a0", "  ", "\u3000", "\t"])


@st.composite
def numbers(draw: st.DrawFn, comma: bool, unit: str) -> str:
    """A number as programs and as people write it, often with the unit, or in parentheses."""
    value = draw(st.integers(-(10**7), 10**7)) / draw(st.sampled_from([1, 10, 100, 1000]))
    sign, text = "-" if value < 0 else draw(st.sampled_from(["", "", "+"])), f"{abs(value):.3f}".rstrip("0").rstrip(".")
    if sign == "-":
        sign = draw(st.sampled_from(["-", "\u2212", "\u2013", "- "]))
    whole, _, fraction = text.partition(".")
    groups = draw(st.sampled_from(["", "", ",", ".", " ", "\u00a0", "\u202f", "'", "\u2019"]))
    if groups != (".", ",")[not comma] and groups in ",.":
        groups = ""
    parts = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    number = groups.join(parts) + ((",."[not comma] + fraction) if fraction else "")
    beside = draw(st.sampled_from(["", "", unit, unit, "()"]))
    if beside == "()":
        return f"({number})"
    return f"{sign}{beside}{number}" if beside == "$" else f"{sign}{number}{beside}"


WILD = st.sampled_from(
    ["1e5", "-2.5E-3", "inf", "-Infinity", "1e40", "1e33", "1.1e33", "٣", "1_000", "0x1F", ".5", "5.", "--5", "1e"]
)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ALIKE = st.sampled_from(
    [
        "café",
        "cafe\u0301",
        "caf\u200bé",
        "\ufeffcat",
        "cat",
        "cat\u200b",
        "\u200b\u200b",
        "\u200b",
        "e\u200d\u0301",
        "e\u0301",
        "N\u200bA",
        "a\u00a0b",
        "a b",
        "TRUE",
        "true",
        "x" * 79,
        "x" * 81,
        "가",
        "\u1100\u1161",
        "=1+1",
        '"',
        "a,b",
        "a;b",
        "a\nb",
    ]
)
TRUTHS = st.sampled_from([("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y")]).flatmap(
    lambda pair: st.lists(
        st.one_of(
            st.sampled_from([form for word in pair for form in (word, word.upper(), word.title(), word + "\u200b")]),
            st.sampled_from(GAPS),
        ),
        min_size=4,
        max_size=40,
    )
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[bool, list[list[str]]]:
    """Columns of numbers, words and truths, in a file with or without decimal commas."""
    comma = draw(st.booleans())
    rows = draw(st.integers(6, 30))
    gap, units = st.sampled_from(GAPS), st.sampled_from(["", "$", "€", " €", "%", " kg", " m/s"])
    number = numbers(comma, draw(units))

    def column(cell: st.SearchStrategy[str]) -> list[str]:
        cells = draw(st.lists(cell, min_size=rows, max_size=rows))
        return [draw(PADDING) + cell for cell in cells]

    others = (gap, WILD, WORDS)
    anything = st.integers(0, 29).flatmap(lambda which: others[which] if which < len(others) else number)
    words = draw(st.lists(st.one_of(WORDS, ALIKE), min_size=1, max_size=5))
    truths, form = draw(TRUTHS), draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]))
    moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.strftime(form))
    dates = st.integers(0, 9).flatmap(lambda which: moments if which else gap)
    return comma, [
        column(number),
        column(anything),
        column(st.one_of(st.sampled_from(words), gap)),
        column(st.one_of(ALIKE, ALIKE, gap)),
        column(st.sampled_from(truths)),
        column(dates),
        ["1,5" if comma else "1.5", *(str(at) for at in range(rows - 1))],
    ]


def written(comma: bool, cells: Sequence[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";" if comma else ",")
    writer.writerow([f"c{at}" for at in range(len(cells))])
    writer.writerows(zip(*cells, strict=True))
    return file.getvalue().encode("utf-8", "surrogatepass")


def blocks(prepared: Prepared, own: Sequence[Column]) -> list[Block]:
    values, rows = columns.module_of(own[0], "values"), np.arange(len(prepared))
    fitted: list[Block] = values.blocks(own, prepared, rows)
    return [_with_tokenizer(values, block, prepared, rows) if own[0].has_texts else block for block in fitted]


def _with_tokenizer(values: Any, block: Block, prepared: Prepared, rows: Indices) -> Block:
    """Each character of the texts is a token."""
    characters = "".join(sorted(set().union(*values.texts(block, prepared, rows))))
    tokenized: Block = values.tokenized(block, characters=characters, size=len(characters) + 2, longest=1000)
    return tokenized


def padded(rows: Any) -> Array:
    """Rows of different lengths as one array."""
    width = max(1, *map(len, rows))
    return np.stack([np.pad(row, (0, width - len(row))) for row in rows])


def equal(prepared: Prepared, path: Path) -> None:
    """Hold what each kind's reader makes of a file against what the import of it wrote."""
    by_kind: dict[str, list[Column]] = {}
    for column in prepared.summary.columns:
        if column.layout is not None:
            by_kind.setdefault(column.kind, []).append(column)
    dialect = prepared.summary.dialect
    names = [column.name for own in by_kind.values() for column in own]
    rows = list(read(path, names, dialect.model_dump() if dialect else {}, False, ""))
    for kind, own in by_kind.items():
        for block in blocks(prepared, own):
            expected = columns.module_of(block, "values").gatherer(block, prepared)(np.arange(len(prepared)))
            reader = import_module(f"trainer.columns.{kind}.read")
            cells = [[values.get(name) for _, values in rows] for name in block.column_names]
            # What lies beside an export has gone through JSON.
            array, strange = reader.read(cells, json.loads(json.dumps(block.description())), path.parent)
            array = padded(array) if block.lengths else array
            np.testing.assert_array_equal(array.astype(block.dtype), expected.astype(block.dtype), kind)
            gaps = (array == block.gap) | np.isnan(array.astype(float)) if block.gap is not None else np.array(0)
            assert len(strange) <= gaps.sum()


@MANY
@given(tables())
def test_a_csv_is_read_as_the_import_read_it(table: tuple[bool, list[list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = written(*table)
        prepared = imported(Path(folder), {"table.csv": content}).data
        (path := Path(folder) / "table.csv").write_bytes(content)
        equal(prepared, path)


VALUES = {
    "numbers": st.one_of(st.none(), st.integers(-(10**17), 10**17), st.floats(allow_nan=True, allow_infinity=True)),
    "words": st.one_of(st.none(), ALIKE, st.sampled_from(GAPS), st.sampled_from(["a\ud800", "a\0b", " a "])),
    "truths": st.one_of(st.none(), st.booleans(), st.sampled_from(["true", "FALSE"])),
    "mixed": st.one_of(st.none(), st.integers(0, 3), st.booleans(), st.sampled_from(["NA", "1", "1,000", "$5"])),
    "lists": st.sampled_from([["a"], ["b", 1], {"a": None}, None]),
}


@st.composite
def objects(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows whose keys may lack; each value is drawn from a few, so that some repeat."""
    rows = draw(st.integers(6, 30))
    few = {key: draw(st.lists(values, min_size=2, max_size=8)) for key, values in VALUES.items()}
    some = [
        {key: draw(st.sampled_from(own)) for key, own in few.items() if draw(st.integers(0, 9))} for _ in range(rows)
    ]
    return [{"first": number / 4, **row} for number, row in enumerate(some)]


@MANY
@given(objects())
def test_json_lines_are_read_as_the_import_read_them(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        prepared = imported(Path(folder), {"table.jsonl": content}).data
        (path := Path(folder) / "table.jsonl").write_bytes(content)
        equal(prepared, path)


BODY = [
    ("größe", "stadt", "ja"),
    *((f"{at},5", "Köln" if at % 3 else "Ulm", "NA" if at % 5 == 0 else "YyNn"[at % 4]) for at in range(30)),
]
LINES = [";".join(row) for row in BODY]


SPACED = 'größe  "eine Stadt"   offen\n' + "".join(
    f'{at}.25   "{("Neu Ulm", "Köln", "Bonn")[at % 3]}" {("yes", "no")[at % 2]}  \n' for at in range(40)
)


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        ("\n".join(LINES).encode(), (";", "utf-8", True)),
        ("\r\n".join(LINES).encode("utf-8-sig"), (";", "utf-8", True)),
        ("\r\n".join(LINES).encode("cp1252"), (";", "cp1252", True)),
        ("\r\n".join(LINES).encode("utf-16"), (";", "utf-16", True)),
        ("\r\n".join(LINES).encode("utf-16-le"), (";", "utf-16-le", True)),
        ("\n".join(["sep=;", *LINES]).encode(), (";", "utf-8", True)),
        ("\n".join(["# of 2026", "# by us", "", *LINES]).encode(), (";", "utf-8", True)),
        ("\n".join(["Sizes of towns;;", *LINES]).encode(), (";", "utf-8", True)),
        ("\n".join(["# " + LINES[0], *LINES[1:]]).encode(), (";", "utf-8", True)),
        ("\n".join(LINES[1:]).encode(), (";", "utf-8", False)),
        ("\n".join(LINES).replace(";", "\t").encode(), ("\t", "utf-8", True)),
        ("\n".join(f"{line};" for line in LINES).encode(), (";", "utf-8", True)),
        (
            "\n".join([LINES[0], *(f"row{at};{line}" for at, line in enumerate(LINES[1:]))]).encode(),
            (";", "utf-8", True),
        ),
        ("\n".join(LINES).encode() + b"\n\x1a\0\0\0", (";", "utf-8", True)),
        ("\n".join(LINES).replace("Ulm", '"Neu\nUlm; a ""town"""').encode(), (";", "utf-8", True)),
        ("\n\n".join(LINES).replace("stadt", "größe").encode(), (";", "utf-8", True)),
        (SPACED.encode("cp1252"), (" ", "cp1252", True)),
        (SPACED.replace("größe ", "").encode(), (" ", "utf-8", True)),
        ("\n".join(LINES).replace("stadt", '"die\nStadt"').encode(), (";", "utf-8", True)),
    ],
)
def test_the_file_that_trained_is_read_as_it_was(
    content: bytes, dialect: tuple[str, str, bool], tmp_path: Path
) -> None:
    prepared = imported(tmp_path, {"table.csv": content}).data
    assert prepared.summary.dialect is not None
    assert tuple(prepared.summary.dialect.model_dump().values()) == dialect
    (path := tmp_path / "table.csv").write_bytes(content)
    equal(prepared, path)
    assert {column.kind for column in prepared.summary.columns} >= {"number", "category", "boolean"}
