"""Every file format: its own examples are recognised by it alone, are read, and are refused when they are damaged."""

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.files import imported, refusal, stored, zipped
from trainer.catalog import Entry, listing
from trainer.errors import TrainerError
from trainer.importing.archives import opened

Example = Mapping[str, bytes]

FORMATS = listing("formats")
EXAMPLES = [
    pytest.param(entry, example, id=f"{entry.name}-{number}")
    for entry in FORMATS.values()
    for number, example in enumerate(entry.module.examples())
]
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda content: content[: len(content) // 2] + bytes(len(content) - len(content) // 2),
    "turned": lambda content: bytes(255 - byte if at > 8 and at % 5 == 0 else byte for at, byte in enumerate(content)),
}


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
def test_it_has_an_example(entry: Entry) -> None:
    assert entry.module.examples()


@pytest.mark.parametrize(("entry", "example"), EXAMPLES)
def test_an_example_is_recognised_by_its_format_and_no_other(entry: Entry, example: Example, tmp_path: Path) -> None:
    sources = opened(stored(tmp_path / "uploads", example), list(example), tmp_path / "unpacked").sources
    assert [name for name, other in FORMATS.items() if other.module.recognises(sources)] == [entry.name]


@pytest.mark.parametrize(("entry", "example"), EXAMPLES)
def test_an_example_is_read(entry: Entry, example: Example, tmp_path: Path) -> None:
    result = imported(tmp_path, example)
    assert result.profile.format == entry.name
    assert result.data.summary.rows > 0


@pytest.mark.parametrize(("entry", "example"), EXAMPLES)
def test_damage_is_told_in_a_sentence(entry: Entry, example: Example, tmp_path: Path) -> None:
    """What is left of some files is whole again; no damage of any file ends in another error."""
    refusals = 0
    for name, damage in DAMAGES.items():
        try:
            imported(tmp_path / name, {file: damage(content) for file, content in example.items()})
        except TrainerError:
            refusals += 1
    assert refusals, "no damage was noticed"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MATLAB 5.0 MAT-file, Platform: PCWIN64" + bytes(200), "format_array"),
        (b'{"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": {}}}', "format_asset"),
        (b"ORC" + bytes(200), "format_table"),
        (b"Obj\x01\x04\x14avro.codec" + bytes(200), "format_table"),
        (b"$FL2@(#) SPSS DATA FILE" + bytes(200), "format_statistics"),
        (b"<stata_dta><header><release>118</release>" + bytes(200), "format_statistics"),
        (gzip.compress(b"X\n\0\0\0\3" + bytes(200), mtime=0), "format_statistics"),
        (zipped({"birds.xlsx": zipped({"xl/workbook.xml": b"<x/>"})}), "excel_nested"),
    ],
)
def test_what_is_not_read_here_is_called_by_what_it_is(content: bytes, code: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, {"birds": content}).code == code
