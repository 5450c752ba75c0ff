"""Tables that state the types of their columns: Parquet, Arrow and Feather."""

import datetime
import decimal
import gzip
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from tests.files import Imported, imported, refusal, stored, zipped
from tests.yard import ROOT
from trainer.catalog import listing
from trainer.columns import boolean, category

COUNT = 60
TABLE = pa.table(
    {
        "code": pa.array([f"{n % 3:03}" for n in range(COUNT)]),
        "size": pa.array([None if n == 7 else n / 4 for n in range(COUNT)]),
        "whole": pa.array([n % 5 for n in range(COUNT)], pa.int32()),
        "customer": pa.array([2**60 + n * n for n in range(COUNT)]),
        "price": pa.array([decimal.Decimal(n % 9) / 4 for n in range(COUNT)], pa.decimal128(9, 2)),
        "flag": pa.array([n % 2 == 0 for n in range(COUNT)]),
        "colour": pa.array(["red" if n % 3 else "blue" for n in range(COUNT)]).dictionary_encode(),
        "day": pa.array([datetime.date(2024, 1, 1) + datetime.timedelta(n % 4) for n in range(COUNT)]),
        "parts": pa.array([[n % 2, 1] for n in range(COUNT)]),
        "label": pa.array([None if n == 3 else "NA" if n % 2 else "yes" for n in range(COUNT)], pa.large_string()),
    }
)


def parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pa.parquet.write_table(table, buffer, row_group_size=17)
    return buffer.getvalue()


def feather(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pa.feather.write_feather(table, buffer, chunksize=17)
    return buffer.getvalue()


Written = Callable[[pa.Table], bytes]
WAYS = pytest.mark.parametrize(("written", "name"), [(parquet, "parquet"), (feather, "arrow")])


def levels(dataset: Imported) -> dict[str, tuple[str, ...]]:
    return {
        column.name: column.levels
        for column in dataset.data.summary.columns
        if isinstance(column, category.Column | boolean.Column)
    }


@WAYS
def test_what_the_file_states_stays_so(tmp_path: Path, written: Written, name: str) -> None:
    dataset = imported(tmp_path, {"upload.bin": written(TABLE)})
    assert dataset.profile.format == name
    kinds = {column.name: column.kind for column in dataset.data.summary.columns}
    assert kinds == {
        "code": "category",
        "size": "number",
        "whole": "number",
        "customer": "text",
        "price": "number",
        "flag": "boolean",
        "colour": "category",
        "day": "date",
        "parts": "category",
        "label": "category",
    }
    assert levels(dataset)["code"] == ("000", "001", "002")
    assert levels(dataset)["label"] == ("NA", "yes")
    assert levels(dataset)["flag"] == ("false", "true")
    assert dataset.profile.columns[7].earliest == "2024-01-01"
    np.testing.assert_array_equal(
        dataset.data.array("numbers")[:, 0], [np.nan if n == 7 else n / 4 for n in range(COUNT)]
    )
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 2], [n % 9 / 4 for n in range(COUNT)])
    assert dataset.data.summary.columns[-1].missing == 1
    assert dataset.profile.rows[1][3] == str(2**60 + 1)


@WAYS
def test_it_may_be_compressed_or_in_a_zip(tmp_path: Path, written: Written, name: str) -> None:
    assert imported(tmp_path / "gz", {"x.gz": gzip.compress(written(TABLE))}).profile.format == name
    assert (
        imported(tmp_path / "zip", {"x.zip": zipped({"a/x": written(TABLE), "README.md": b"words"})}).profile.format
        == name
    )


@WAYS
def test_more_rows_than_a_chunk_holds_are_read_in_order(tmp_path: Path, written: Written, name: str) -> None:
    table = pa.table({"n": np.arange(10_001) * 0.5, "label": [f"{n % 7}" for n in range(10_001)]})
    dataset = imported(tmp_path, {"x": written(table)})
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], np.arange(10_001) * 0.5)


@WAYS
def test_damage_is_refused_with_a_sentence(tmp_path: Path, written: Written, name: str) -> None:
    content = written(TABLE)
    for at, damaged in enumerate((content[: len(content) // 3], content[:40], content[:-1])):
        assert refusal(tmp_path / str(at), {"x": damaged}).code == "typed_damaged"
    assert refusal(tmp_path / "rows", {"x": written(TABLE.slice(0, 0))}).code == "typed_no_rows"
    assert refusal(tmp_path / "two", {"a": content, "b": content}).code == "typed_several"


@WAYS
def test_it_is_read_under_the_limits_of_an_inspection(written: Written, name: str) -> None:
    """As a user for whom the kernel counts processes: no thread may be started."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)  # that user writes there
        assert rows_read_by_nobody(Path(folder), written(TABLE), name) == str(COUNT)


def rows_read_by_nobody(folder: Path, content: bytes, name: str) -> str:
    (path,) = stored(folder, {"x": content})
    program = f"""
# What that user may not be able to read later is loaded before.
import mmap, os, pathlib, numpy.ma, numpy.random, pyarrow.compute, pyarrow.parquet
from trainer import catalog
from trainer.importing import limits
from trainer.formats.{name} import reader
from trainer.importing import contact_sheet, kind, preparation, problems, profiling
catalog.listing("formats"), catalog.listing("tasks"), kind.imports(), problems.sentences()
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
limits.limit()
out = pathlib.Path({str(folder)!r}) / "out"
print(preparation.prepare([pathlib.Path({str(path)!r})], ["x"], out).result.summary.rows)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


def test_a_file_of_no_known_format_is_told_which_there_are(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"x": b"\x7fELF" + bytes(200)})
    assert error.code == "format_unknown"
    assert all(entry.label in str(error) for entry in listing("formats").values())


@WAYS
def test_durations_and_times_are_seconds_and_bytes_are_pointed_out(written: Written, name: str, tmp_path: Path) -> None:
    table = pa.table(
        {
            "took": pa.array([None if n == 3 else n * 1_500_000_000 for n in range(COUNT)], pa.duration("ns")),
            "at": pa.array([datetime.time(n % 24, 30) for n in range(COUNT)], pa.time64("us")),
            "until": pa.array([n * 1500 for n in range(COUNT)], pa.time32("ms")),
            "picture": pa.array([b"\x89PNG %d" % n for n in range(COUNT)]),
            "label": TABLE["colour"],
        }
    )
    dataset = imported(tmp_path, {"x": written(table)})
    numbers = dataset.data.array("numbers")
    np.testing.assert_array_equal(numbers[:, 0], [np.nan if n == 3 else n * 1.5 for n in range(COUNT)])
    np.testing.assert_array_equal(numbers[:, 1], [n % 24 * 3600 + 1800 for n in range(COUNT)])
    np.testing.assert_array_equal(numbers[:, 2], [n * 1.5 for n in range(COUNT)])
    codes = {"durations", "bytes_column"}
    codes_of_columns = [(one.code, one.params["column"]) for one in dataset.profile.problems if one.code in codes]
    assert sorted(codes_of_columns) == [
        ("bytes_column", "picture"),
        *(("durations", column) for column in ("at", "took", "until")),
    ]
    assert dataset.problem("bytes_column").severity == "warning"
