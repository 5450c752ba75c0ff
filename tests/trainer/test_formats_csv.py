"""Tables in CSV."""

import csv
import gc
import io
import math
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.files import Imported, imported, refusal, zipped
from tests.trainer.samples import attempt
from tests.yard import ROOT
from trainer import limited, report
from trainer.catalog import listing
from trainer.columns import Column, boolean, category
from trainer.data.summary import Dialect
from trainer.errors import TrainerError
from trainer.formats.csv import pieces
from trainer.formats.csv.encoding import LABELS, SAMPLE, detected
from trainer.formats.csv.pieces import batches
from trainer.formats.csv.rows import Table, fitted
from trainer.formats.csv.rows import rows as one_by_one
from trainer.importing.archives import Source
from trainer.proving.raw_rows import table

SOURCE = Source(Path("x.csv"), "x.csv", b"")
TABLE = "size,colour,weight\n" + "".join(f"{n},{'red' if n % 3 else 'blue'},{n / 4}\n" for n in range(30))


def levels(column: Column) -> tuple[str, ...]:
    assert isinstance(column, category.Column)
    return column.levels


def read(folder: Path, text: str, encoding: str = "utf-8", name: str = "table.csv") -> Imported:
    return imported(folder, {name: text.encode(encoding)})


def kinds(dataset: Imported) -> dict[str, str]:
    return {column.name: column.kind for column in dataset.data.summary.columns}


def test_numbers_and_categories_become_arrays(tmp_path: Path) -> None:
    dataset = read(tmp_path, TABLE)
    assert kinds(dataset) == {"size": "number", "colour": "category", "weight": "number"}
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], np.arange(30))
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 1], np.arange(30) / 4)
    np.testing.assert_array_equal(dataset.data.array("categories")[:, 0], np.arange(30) % 3 != 0)
    assert levels(dataset.data.summary.columns[1]) == ("blue", "red")
    assert dataset.profile.rows[1] == ("1", "red", "0.25")
    assert dataset.profile.suggested_target == "colour"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_recognised(tmp_path: Path, mark: str, end: str) -> None:
    dataset = read(tmp_path, TABLE.replace(",", mark).replace("\n", end))
    plain = read(tmp_path / "plain", TABLE)
    assert dataset.data.summary.dialect == Dialect(delimiter=mark)
    assert dataset.data.summary.columns == plain.data.summary.columns
    for name in ("numbers", "categories"):
        np.testing.assert_array_equal(dataset.data.array(name), plain.data.array(name))


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("gb18030", "GB 18030"),
    ],
)
def test_chinese_text_is_read_in_every_encoding(tmp_path: Path, encoding: str, told: str) -> None:
    text = "城市,天气,温度\n" + "".join(
        f"{'北京' if n % 2 else '上海'},{'晴天' if n % 3 else '下雨'},{n}\n" for n in range(40)
    )
    dataset = read(tmp_path, text, encoding)
    assert levels(dataset.data.summary.columns[0]) == ("上海", "北京")
    assert ("encoding" in dataset.codes) == bool(told)
    if told:
        assert dataset.problem("encoding").params["encoding"] == told


WORDS = {
    "cp1251": ["Город;Погода;Рост", "Москва;ясно;1,5", "Санкт-Петербург;дождь;2,5", "Омск;снег;3"],
    "cp932": ["都市,天気,身長", "東京,晴れ,1.5", "大阪,くもり,2.5", "サッポロ,雪,3"],
    "cp949": ["도시,날씨,키", "서울,맑음,1.5", "부산,흐림,2.5", "대구,눈,3"],
    "gb18030": ["城市,天气,身高", "北京,晴,1.5", "广州,多云,2.5", "哈尔滨,雪,3"],
    "cp1252": ["cidade;situação;número", "São Paulo;condição ótima;1,5", "Brasília;emoções;2,5", "Açores;não;3"],
}


@pytest.mark.parametrize("codec", WORDS)
def test_the_usual_encodings_of_spreadsheets_are_told_apart(tmp_path: Path, codec: str) -> None:
    names, *lines = WORDS[codec]
    dataset = read(tmp_path, "\r\n".join([names, *lines * 10]), codec)
    mark = ";" if ";" in names else ","
    assert [column.name for column in dataset.data.summary.columns] == names.split(mark)
    assert levels(dataset.data.summary.columns[0]) == tuple(sorted(line.split(mark)[0] for line in lines))
    assert dataset.problem("encoding").params == {"encoding": LABELS[codec]}


@pytest.mark.parametrize("codec", ["cp1250", "cp1253", "cp1254", "big5"])
def test_an_encoding_that_is_not_told_apart_can_be_chosen(tmp_path: Path, codec: str) -> None:
    word = {"cp1250": "Łódź", "cp1253": "Αθήνα", "cp1254": "Iğdır", "big5": "臺北"}[codec]
    spec = listing("formats")["csv"].spec.model_validate({"encoding": codec})
    dataset = imported(tmp_path, {"x.csv": (f"city,n\n{word},1\nRome,2\n" * 10).encode(codec)}, spec)
    assert word in levels(dataset.data.summary.columns[0])


def test_japanese_without_kana_is_told_by_what_is_no_western_letter(tmp_path: Path) -> None:
    dataset = read(tmp_path, "都市,身長,性別\n" + "東京,1,男性\n大阪,2,女性\n" * 9, "cp932")
    assert levels(dataset.data.summary.columns[0]) == ("大阪", "東京")


def test_western_text_that_is_not_utf8_is_read_as_windows_1252(tmp_path: Path) -> None:
    dataset = read(
        tmp_path, "ort,höhe,güte\n" + "Köln,53,gut\nMünchen,519,schön\nZürich,408,fürchterlich\n" * 9, "latin-1"
    )
    assert [column.name for column in dataset.data.summary.columns] == ["ort", "höhe", "güte"]
    assert dataset.problem("encoding").params["encoding"].startswith("Windows-1252")


def test_the_encoding_is_judged_by_the_whole_file(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.csv": (TABLE * 200).encode() + "1,gr\xfcn,3\n".encode("latin-1")})
    assert "grün" in levels(dataset.data.summary.columns[1])


@pytest.mark.parametrize(
    ("word", "codec"),
    [("Müller", "cp1252"), ("北京晴天多云", "gb18030"), ("Город", "cp1251"), ("くもり", "cp932")],
)
def test_the_encoding_is_judged_where_letters_stand(tmp_path: Path, word: str, codec: str) -> None:
    path, plain = tmp_path / "x.csv", b"17,owl,in the reeds\r\n" * 220_000
    assert len(plain) > SAMPLE
    path.write_bytes(plain + f"18,{word},{word}\r\n".encode(codec) * 3 + plain)
    assert detected(path).codec == codec


def test_one_foreign_letter_far_behind_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [f"{row},{'ab'[row % 2]},in the reeds and behind the old mill\n" for row in range(100_000)]
    text = "size,label,name\n" + "".join([*rows, "9,a,Müller\n", "8,b,Maier\n"])
    assert len(text) > SAMPLE
    assert read(tmp_path, text, "latin-1").problem("encoding").params == {"encoding": LABELS["cp1252"]}


def test_quoted_values_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    dataset = read(tmp_path, 'note,kind\n"one, two\nand ""three""",a\nfour,b\n' * 1)
    assert dataset.profile.rows[0] == ('one, two\nand "three"', "a")
    assert dataset.data.summary.rows == 2


@settings(deadline=None)  # files are written, on a machine that may be busy
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip),
            st.integers(-(10**9), 10**9),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_what_pythons_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("words", "number"), *rows])
    spec = listing("formats")["csv"].spec.model_validate(
        {"name": "csv", "delimiter": ",", "encoding": "utf-8", "header": "yes"}
    )
    folder = tmp_path_factory.mktemp("csv")
    dataset = imported(folder, {"x.csv": buffer.getvalue().encode()}, spec)
    assert list(dataset.profile.rows) == [(word, str(number)) for word, number in rows]


@pytest.mark.parametrize("names", ["<TICKER>,<DATE>,<CLOSE>", "[id],[x],[y]", "{a},b,c"])
def test_a_table_whose_first_name_begins_like_another_kind_of_text_is_a_table(tmp_path: Path, names: str) -> None:
    dataset = read(tmp_path, names + "\n" + "".join(f"{n},{n / 2},{n % 3}\n" for n in range(30)))
    assert list(kinds(dataset)) == names.split(",")


def test_a_table_without_names_gets_some(tmp_path: Path) -> None:
    dataset = read(tmp_path, TABLE.partition("\n")[2])
    assert list(kinds(dataset)) == ["column 1", "column 2", "column 3"]
    assert dataset.data.summary.rows == 30
    assert "no_header" in dataset.codes


def test_empty_and_repeated_names_become_different_ones(tmp_path: Path) -> None:
    dataset = read(tmp_path, "a,a,,a (2)\n" + "1,2,3,x\n4,5,6,y\n" * 9)
    assert list(kinds(dataset)) == ["a", "a (3)", "column 3", "a (2)"]
    assert dataset.problem("renamed_columns").params["count"] == 2


@pytest.fixture
def collecting_seldom() -> Iterator[None]:
    """As in an inspection's process."""
    threshold = gc.get_threshold()
    limited.collect_seldom()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.timed
@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([f"c{n}" for n in range(150_000)], "csv_columns"),
        (["same"] * 20_000, ""),
        (["same (2)", "same", ""] * 6_000, ""),
    ],
)
@pytest.mark.usefixtures("collecting_seldom")
def test_many_names_are_refused_or_told_apart_in_no_time(tmp_path: Path, names: list[str], code: str) -> None:
    text, began = f"{','.join(names)}\n{'1,' * (len(names) - 1)}1\n", time.process_time()
    if code:
        assert refusal(tmp_path, {"x.csv": text.encode()}).code == code
    else:
        assert len(kinds(read(tmp_path, text))) == len(names)
    assert time.process_time() - began < 8


def test_a_row_of_another_width_is_named_by_its_line(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"x.csv": b'a,b\n"1\n2",3\n4,5,6\n'})
    assert str(error).startswith("Line 4 has 3 values where the first line has 2.")


def test_delimiters_too_many_at_the_end_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    dataset = read(tmp_path, "a,b\n\n1,x,,\n  \n2,y\n")
    assert dataset.data.summary.rows == 2


def test_text_among_numbers_counts_as_missing_and_is_pointed_at(tmp_path: Path) -> None:
    lines = [f"{n},{n % 2}" for n in range(40)]
    lines[7] = "heavy,1"
    dataset = read(tmp_path, "mass,label\n" + "\n".join(lines))
    assert kinds(dataset)["mass"] == "number"
    assert np.isnan(dataset.data.array("numbers")[7, 0])
    assert dataset.problem("text_in_numbers").params == {
        "column": "mass",
        "count": 1,
        "value": "heavy",
        "line": 9,
        "lines": "9",
    }
    assert dataset.data.summary.columns[0].missing == 1


def test_infinities_count_as_missing_and_are_pointed_at(tmp_path: Path) -> None:
    dataset = read(tmp_path, "mass,label\n" + "".join(f"{n},x\n{n},y\n" for n in range(20)) + "inf,x\n1e999,y\n")
    assert np.isnan(dataset.data.array("numbers")[-2:, 0]).all()
    assert dataset.problem("infinite_values").params == {"column": "mass", "count": 2, "line": 42}


def test_a_column_whose_numbers_are_all_infinite_is_left_out_and_pointed_at(tmp_path: Path) -> None:
    dataset = read(
        tmp_path, "mass,size,label\n" + "inf,1,x\n-inf,2,y\n1e300,3,x\nheavy,4,y\n,5,y\n1e301,6,x\n-inf,7,y\n" * 3
    )
    assert kinds(dataset) == {"mass": "constant", "size": "number", "label": "category"}
    assert dataset.data.summary.columns[0].missing == 21
    assert dataset.problem("infinite_values").params == {"column": "mass", "count": 15, "line": 2}


@pytest.mark.parametrize("cell", ["1e39", "-3.4028235e38", "1.7976931348623157e308"])
def test_numbers_too_large_for_a_model_count_as_missing_and_are_pointed_at(tmp_path: Path, cell: str) -> None:
    dataset = read(tmp_path, "mass,label\n" + "1.989e30,x\n-2,y\n" * 20 + f"{cell},x\n")
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [1.989e30, -2] * 20 + [np.nan])
    assert dataset.problem("infinite_values").params == {"column": "mass", "count": 1, "line": 42}


def test_one_huge_cell_leaves_a_regression_with_scores_that_are_numbers(tmp_path: Path) -> None:
    rows = [f"{n % 20},{3 * (n % 20)}" for n in range(200)]
    table = "\n".join(["size,price", *rows, *("1e39,3", "-3.4028235e38,6") * 20])
    spec = {"task": {"name": "regression", "target": "price"}, "epochs": 2, "exporters": []}
    done = attempt(tmp_path / "run", "train", spec, {"prepared": read(tmp_path, table).data.path})
    assert done.ended.outcome == "succeeded", done.ended
    told = report.parse(done.report)
    assert all(math.isfinite(told.value(f"test/{name}")) for name in ("mae", "rmse", "r2"))
    assert math.isfinite(told.value("validation/loss"))


@pytest.mark.parametrize("spelling", ["", "NA", "n/a", "NaN", "NULL", "None", "-", "?", "#N/A"])
def test_missing_values_are_known_by_many_spellings(tmp_path: Path, spelling: str) -> None:
    dataset = read(tmp_path, "n,label\n" + "1,x\n2,y\n" * 9 + f"{spelling},{spelling or 'x'}\n")
    assert dataset.data.summary.columns[0].missing == 1
    assert np.isnan(dataset.data.array("numbers")[-1, 0])
    assert dataset.data.array("categories")[-1, 0] == (-1 if spelling else 0)
    assert ("missing_spellings" in dataset.codes) == bool(spelling)


def test_underscores_and_dates_are_not_numbers(tmp_path: Path) -> None:
    dataset = read(tmp_path, "a,b\n" + "".join(f"1_{n},2024-01-{n:02}\n" for n in range(1, 29)))
    assert kinds(dataset) == {"a": "text", "b": "date"}


def test_thousands_and_decimal_commas_are_numbers(tmp_path: Path) -> None:
    dataset = read(tmp_path / "us", 'a,b\n"1,234",x\n"12,345.5",y\n7,x\n')
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [1234, 12345.5, 7])
    dataset = read(tmp_path / "de", "a;b\n1,5;x\n1.234,25;y\n7;x\n")
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [1.5, 1234.25, 7])
    assert dataset.problem("decimal_comma").params["value"] == "1,5"


def test_points_between_thousands_are_none_of_decimals_where_commas_are(tmp_path: Path) -> None:
    dataset = read(tmp_path / "de", "a;b;c\n850;2,5;x\n1.500;3;y\n12.000;1.234,25;x\n1.234.567;4;y\n")
    np.testing.assert_array_equal(
        dataset.data.array("numbers"), [[850, 2.5], [1500, 3], [12000, 1234.25], [1234567, 4]]
    )
    for decimals in ("0.125", "12.5"):
        dataset = read(tmp_path / decimals, f"a;b;c\n{decimals};2,5;x\n1.500;3;y\n4;7;x\n")
        np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [float(decimals), 1.5, 4])


def test_digits_of_other_scripts_are_text_beside_numbers(tmp_path: Path) -> None:
    dataset = read(tmp_path, "a,b\n" + "".join(f"{n},x\n" for n in range(40)) + "١٢,y\n")
    assert dataset.problem("text_in_numbers").params["value"] == "١٢"


def test_column_kinds(tmp_path: Path) -> None:
    rows = [f"{n},same,{'ab'[n % 2]},words about row {n},K{n:03}," for n in range(60)]
    dataset = read(tmp_path, "number,constant,category,text,key,nothing\n" + "\n".join(rows))
    assert kinds(dataset) == {
        "number": "number",
        "constant": "constant",
        "category": "category",
        "text": "text",
        "key": "text",
        "nothing": "constant",
    }
    assert dataset.data.array("categories").shape == (60, 1)
    assert {problem.params["column"] for problem in dataset.profile.problems if "identifier" in problem.code} == {
        "number",
        "key",
    }


def test_thousands_of_columns_are_read(tmp_path: Path) -> None:
    names = ",".join(f"c{n}" for n in range(3000))
    dataset = read(tmp_path, names + "\n" + "\n".join(",".join(str(n * row) for n in range(3000)) for row in range(20)))
    assert dataset.data.array("numbers").shape == (20, 2999)  # the first column is 0 throughout
    assert dataset.data.array("numbers")[3, -1] == 2999 * 3


def test_more_rows_than_one_chunk_holds_are_read_in_order(tmp_path: Path) -> None:
    dataset = read(tmp_path, "n,label\n" + "".join(f"{n},{n % 7}x\n" for n in range(10_001)))
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], np.arange(10_001))
    np.testing.assert_array_equal(dataset.data.array("categories")[:, 0], np.arange(10_001) % 7)


def test_numbers_after_many_rows_of_text_are_numbers_and_the_text_is_counted(tmp_path: Path) -> None:
    dataset = read(tmp_path, "a,b\n" + "off,1\n" * 21_000 + "".join(f"{n},{n}\n" for n in range(100_000)))
    assert dataset.data.summary.columns[0].missing == dataset.problem("text_in_numbers").params["count"] == 21_000
    np.testing.assert_array_equal(dataset.data.array("numbers")[21_000:, 0], np.arange(100_000))


ODD_CELLS = st.sampled_from(
    [
        "1",
        "x",
        "",
        " ",
        '"',
        '""',
        '"a,b"',
        '"a ""b"""',
        '"a\nb"',
        '5" pipe',
        ' "x"',
        '"x"y',
        "\x0b",
        "\u2028",
        "é",
    ]
)
ODD_ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r", ",\n", ",1\n", "\n\n", "\n,\n"])


@settings(deadline=None)
@given(rows=st.lists(st.tuples(ODD_CELLS, ODD_CELLS, ODD_ENDS), min_size=1, max_size=9))
def test_many_rows_at_a_time_are_read_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_text("".join(f"{one},{two}{end}" for one, two, end in rows), encoding="utf-8", newline="")
    table = Table(Source.of(path, path.name), "utf-8", ",", False, 2)
    many = outcome(
        (line, list(row))
        for batch in batches(table)
        for line, *row in zip(batch.lines, *(cells.to_pylist() for cells in batch.columns), strict=True)
    )
    assert many == outcome(fitted(table, one_by_one(table)))


def outcome(found: Iterable[tuple[int, list[str]]]) -> list[tuple[int, list[str]] | str]:
    """The rows, or only the sentence of the refusal."""
    try:
        return list(found)
    except TrainerError as error:
        return [str(error)]


QUOTED = st.sampled_from(["1", "", '"a,b"', '"a ""b"""', '"a\nb"', '"a\r\nb"', '""', '"x"', "é", '"\n"'])
QUOTED_ROWS = st.lists(st.tuples(QUOTED, QUOTED, st.sampled_from(["\n", "\r\n"])), min_size=1, max_size=9)


@settings(deadline=None)
@given(rows=QUOTED_ROWS)
def test_quoted_cells_are_cut_as_csv_cuts_them_and_keep_their_lines(rows: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{one},{two}{end}" for one, two, end in rows)
    expected, lines, line = [], [], 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    for row in reader:
        lines.append(line)
        expected.append(row)
        line = reader.line_num + 1
    cut = pieces._cut(text, Table(SOURCE, "utf-8", width=2), 1)
    if cut is None:  # a blank row is left to csv
        assert any(not any(map(str.strip, row)) for row in expected)
        return
    batch, behind = cut
    assert [list(row) for row in zip(*(cells.to_pylist() for cells in batch.columns), strict=True)] == expected
    assert ([*batch.lines], behind) == (lines, line)


LIMITED = """
import ctypes, os, pathlib, sys
from trainer.importing import limits

if os.getuid() == 0:  # the kernel counts processes of others only, who still may read what this one may
    os.setresgid(65534, 65534, 0), os.setresuid(65534, 65534, 0), ctypes.CDLL(None).setfsuid(0)
assert "pyarrow" not in sys.modules, "Arrow starts threads, and the process that this is forked from is to have none"
limits.limit(limits.Limits(memory=int(sys.argv[2])))
path = pathlib.Path(sys.argv[1])
print(limits.guarded([path], [path.name], path.parent / "out").result.summary.rows)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_it_is_read_under_the_limits_of_an_inspection_and_in_less_memory_than_it_is_long(tmp_path: Path) -> None:
    path, rows, times, memory = tmp_path / "x.csv", 10_000, 45, 256 * 1024**2
    block = "".join(f"{row * 7 % 1000 / 8},{row} {'words ' * 100},{'ab'[row % 2]}\n" for row in range(rows))
    with path.open("w") as file:
        file.write("size,words,label\n")
        file.writelines([block] * times)
    assert path.stat().st_size > memory
    program = [sys.executable, "-c", LIMITED, str(path), str(memory)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    path.unlink()
    assert done.stdout.strip() == str(rows * times), done.stderr


def test_it_may_be_compressed_or_in_a_zip(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped({"folder/table.csv": TABLE.encode(), "folder/README.txt": b"words"})})
    assert dataset.data.summary.rows == 30


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n", "csv_no_rows"),
        (b"only\none\ncolumn\n", "csv_one_column"),
        (b'a,b\n1,"open\n2,3\n', "csv_quotes"),
        (b'a,b\n1,"x"y\n2,3\n', "csv_quotes"),
        (b"a,b\n" + b"1,2\n" * 2000 + b"1,\x00\n", "csv_binary"),
        (",".join(f"c{n}" for n in range(20_001)).encode() + b"\n" + b"1," * 20_000 + b"1\n", "csv_columns"),
        (b"\n \n\n", "csv_no_rows"),
    ],
)
def test_what_is_no_table_is_refused_with_its_own_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, {"x.csv": content}).code == code


@pytest.mark.parametrize("row", [b"1,\0\n", b"\0,\0\n", b"\0,2\n"])
def test_zero_bytes_in_cells_are_named_by_their_line_and_not_taken_for_utf16(tmp_path: Path, row: bytes) -> None:
    error = refusal(tmp_path, {"x.csv": b"x,y\n" + row})
    assert (error.code, error.params["line"]) == ("csv_binary", 2)


def test_two_tables_at_once_are_refused_by_name(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"a.csv": TABLE.encode(), "b.csv": TABLE.encode()})
    assert error.code == "csv_several"
    assert "a.csv, b.csv" in str(error)


def test_the_wrong_encoding_chosen_by_hand_names_the_line(tmp_path: Path) -> None:
    spec = listing("formats")["csv"].spec.model_validate({"name": "csv", "encoding": "utf-8"})
    error = refusal(tmp_path, {"x.csv": "a,b\n1,ü\n".encode("latin-1")}, spec)
    assert error.code == "csv_encoding"


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        (("TRUE", "true", "FALSE"), ("false", "true")),
        (("Yes", "no"), ("no", "yes")),
        (("T", "F"), ("f", "t")),
        (("y", "N", "n"), ("n", "y")),
    ],
)
def test_words_for_yes_and_no_are_one_kind_however_they_are_written(
    words: tuple[str, ...], levels: tuple[str, str], tmp_path: Path
) -> None:
    cells = [words[row % len(words)] if row % 7 else "" for row in range(60)]
    dataset = read(tmp_path, "a,sold\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells)))
    column = dataset.data.summary.columns[1]
    assert isinstance(column, boolean.Column)
    assert (column.levels, column.missing) == (levels, 9)
    expected = [-1 if not cell else int(cell.casefold() == levels[1]) for cell in cells]
    assert dataset.data.array("booleans")[:, 0].tolist() == expected
    assert dataset.profile.suggested_target == "sold"


SPACED = {
    "R": '"size" "bird" "weight"\n' + "".join(f'"{n}" {n / 4} "{("a fox", "owl")[n % 2]}" {n}\n' for n in range(30)),
    "columns": "size    bird  weight\n"
    + "".join(f"  {n / 4:<6}  {'fo' * (n % 3 + 1):<8} {n:4}  \n" for n in range(30)),
    "no names": "".join(f"   {n / 4:7.3f}   {n * 7 % 5}  {n}.\r\n" for n in range(30)),
    "a tab among them": "".join(f'{n / 4:.2f}   8   {n}.  \t"a fox {n % 3}"\n' for n in range(30)),
    "notes above": "# birds of 2024\n\nsize bird weight\n" + "".join(f"{n / 4} x{n % 3} {n}\n" for n in range(30)),
}


@pytest.mark.parametrize("case", SPACED)
def test_values_between_spaces_are_columns(case: str, tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"birds.txt": SPACED[case].encode()})
    names, has_names = (
        [column.name for column in dataset.data.summary.columns],
        case not in {"no names", "a tab among them"},
    )
    assert dataset.data.summary.rows == 30
    place = names.index("size" if has_names else "column 1")
    assert [float(row[place]) for row in dataset.profile.rows] == [n / 4 for n in range(30)]
    assert dataset.data.summary.dialect == Dialect(delimiter=" ", header=has_names)


def test_words_between_tabs_stay_one_value(tmp_path: Path) -> None:
    text = "name\tsize\n" + "".join(f"a fox\t{n}\n" if n % 2 else f"an owl\t{n}\n" for n in range(30))
    dataset = imported(tmp_path, {"birds.txt": text.encode()})
    assert levels(dataset.data.summary.columns[0]) == ("a fox", "an owl")


def test_prose_is_no_table_of_words(tmp_path: Path) -> None:
    prose = b"one two three\nfour five six\nseven eight nine\nten eleven twelve\n"
    assert refusal(tmp_path, {"birds.txt": prose}).code == "format_unknown"


@pytest.mark.parametrize("mark", ["#", "%", "//"])
@pytest.mark.parametrize("delimiter", ["  ", ","])
def test_comments_above_are_known_by_their_marks_in_every_table(mark: str, delimiter: str, tmp_path: Path) -> None:
    rows = "".join(delimiter.join((f"{n / 4}", f"x{n % 3}", f"{n}")) + "\n" for n in range(30))
    above = f"{mark} birds of  the lake\n{mark} {delimiter.join(('size', 'bird', 'weight'))}\n"
    dataset = imported(tmp_path, {"birds.dat": (above + rows).encode()})
    assert kinds(dataset) == {"size": "number", "bird": "category", "weight": "number"}
    assert dataset.data.summary.rows == 30
    assert dataset.problem("lines_before").params["value"].split() == [mark, "birds", "of", "the", "lake"]
    assert "\t" not in dataset.problem("lines_before").params["value"]
    assert dataset.data.summary.dialect is not None
    written = dataset.data.summary.dialect.model_dump()
    raw = list(table((above + rows).splitlines(keepends=True), ["bird", "weight", "size"], written))
    assert [float(row["size"]) for _, row in raw] == [n / 4 for n in range(30)]


def test_a_name_may_begin_like_a_comment(tmp_path: Path) -> None:
    dataset = read(tmp_path, "%fat,label\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(30)))
    assert list(kinds(dataset)) == ["%fat", "label"]


@pytest.mark.parametrize(("name", "header"), [("x.dat", ""), ("x.dat", "n size bird\n"), ("x.csv", "n size bird\n")])
def test_commas_within_numbers_between_spaces_are_decimal(name: str, header: str, tmp_path: Path) -> None:
    rows = "".join(f"{n} {n % 9},{n % 7} {'ab'[n % 2]}\n" for n in range(30))
    dataset = imported(tmp_path, {name: (header + rows).encode()})
    assert (len(dataset.data.summary.columns), dataset.data.summary.rows) == (3, 30)
    expected = [n % 9 + n % 7 / 10 for n in range(30)]
    np.testing.assert_allclose(dataset.data.array("numbers")[:, 1], expected, rtol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{n},{n % 5} km\n" for n in range(30)),
        "id,the distance\n" + "".join(f"{n},{n % 5} km\n" for n in range(30)),
        "".join(f"{n},2024-01-0{n % 9 + 1} 12:00\n" for n in range(30)),
    ],
)
def test_commas_between_values_that_hold_spaces_cut_them(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, text).data.summary.dialect == Dialect(header=text.startswith("id"))


def test_rows_all_of_which_begin_like_comments_are_between_commas(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.dat": b"# a, b\n# c, 1\n# d, 2\n"})
    assert (dataset.data.summary.rows, dataset.data.summary.dialect) == (2, Dialect())


def test_spaces_can_be_chosen_and_what_stands_around_the_table_has_none_of_our_tabs(tmp_path: Path) -> None:
    rows = "".join(f"{n}  {'ab'[n % 2]} {n % 5} 7\n" for n in range(30))
    spec = listing("formats")["csv"].spec.model_validate({"delimiter": "space"})
    dataset = imported(tmp_path, {"x.csv": f"the lake\nn name of it\n{rows}# end of file\n".encode()}, spec)
    assert list(kinds(dataset)) == ["n", "name", "of", "it"]
    listed = (dataset.folder / "left_out.csv").read_text(encoding="utf-8").splitlines()
    assert listed[1:3] == ["line 1: the lake,above the table", "line 33: # end of file,behind the last row"]


def test_one_column_is_told_of_every_delimiter(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"x.csv": b"a\n1\n2\n"})
    assert error.code == "csv_one_column" and "semicolons, tabs, bars or spaces." in str(error)
