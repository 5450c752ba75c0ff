"""Table (CSV).

Values separated by commas, semicolons, tabs, bars or spaces, one row a line, with or without a first line of names.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing import spaced
from trainer.importing.archives import Source
from trainer.importing.folders import are_texts_by_class

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

SUFFIXES = (".csv", ".tsv", ".tab")
SPACED = (*SUFFIXES, ".txt", ".dat", ".data", ".prn", ".asc")
LINES_COMPARED = 20
MOST_ZEROS = 0.1  # of the bytes of a text that some were written into
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")  # that no text has
MARKS = (b"\xff\xfe", b"\xfe\xff")
OTHER_TEXT = (b"{", b"[", b"<", b"%PDF", b"%!PS")
OBJECT = re.compile(
    rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*("([^"\\]|\\.)*"\s*:|\}\s*\n)'
)  # JSON, whatever the file is called


class Spec(Component):
    """How to read the file; “auto” looks at its content."""

    delimiter: Literal["auto", ",", ";", "tab", "|", "space"] = Field(
        "auto", title="Delimiter", description="What stands between values; spaces may be any number of them."
    )
    encoding: Literal[
        "auto",
        "utf-8",
        "utf-16",
        "gb18030",
        "big5",
        "cp932",
        "cp949",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
    ] = Field("auto", title="Encoding", description="How letters are written as bytes.")
    header: Literal["auto", "yes", "no"] = Field(
        "auto", title="First line", description="Whether it holds the columns' names."
    )
    other_widths: Literal["refuse", "leave out"] = Field(
        "refuse",
        title="Lines of another width",
        description="What to do with lines that have more or fewer values than the others.",
    )


def unpadded(text: bytes) -> bytes:
    """Without the zero bytes and the Ctrl-Z that may stand behind a text."""
    return text.rstrip(b"\0\x1a")


def wide(sample: bytes) -> str:
    """Python's codec if this is UTF-16 without a mark, else nothing: zero bytes stand at odd, or
    only at even, places.
    """
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if max(odd, even) < 0.025 * len(sample) or min(odd, even) > 0.1 * max(odd, even):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def is_text(source: Source) -> bool:
    """Whether the first bytes can be a table: no zero bytes (but in UTF-16), and not the start of another kind of text.

    A file that is called a table and has columns is one, even if its first name stands in <> or [].
    """
    if source.head.startswith(MARKS):
        return OBJECT.match(source.head.decode("utf-16", "ignore").encode()) is None
    head = unpadded(source.head)
    called_so = source.name.lower().endswith(SUFFIXES) and _has_columns(head)
    if OBJECT.match(head) or (b"\0" in head and not wide(head) and not (called_so and _is_mostly_text(head))):
        return False
    return called_so or not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(OTHER_TEXT)


def _is_mostly_text(head: bytes) -> bool:
    """Whether a few zero bytes are all that speaks against it: the reader names the line of the first."""
    return head.count(b"\0") <= MOST_ZEROS * len(head) and not CONTROL.search(head)


def _is_table(source: Source) -> bool:
    name = source.name.lower()
    return is_text(source) and (
        name.endswith(SUFFIXES)
        or (not name.endswith((".md", ".rst", ".py")) and _has_columns(source.head))
        or is_spaced(source, "utf-8")
    )


def is_spaced(source: Source, codec: str) -> bool:
    """Whether the values of its lines stand between spaces, maybe with a tab among them; the last line may be cut."""
    head, name = source.head, source.name.lower()
    if not name.endswith(SPACED) or _has_columns(head, (b";", b"|")):
        return False
    every = head.decode(codec, "ignore").splitlines()
    lines = [line for line in (every[:-1] if source.size > len(head) else every) if line.strip()]
    if _has_columns(head, (b",",)) and not _are_decimal_commas(lines, is_named_csv=name.endswith(SUFFIXES)):
        return False
    if _has_columns(head, (b"\t",)) and not all("  " in line for line in lines):
        return False
    return spaced.are_columns(lines)


def _are_decimal_commas(lines: Sequence[str], *, is_named_csv: bool) -> bool:
    """Whether commas do not stand between values: ``1,5 km`` may be two cells in a file that is called a CSV, unless
    its names have no commas."""
    rows = [line for line in lines if not line.startswith(spaced.COMMENT)]
    return bool(rows) and spaced.are_in_numbers(",", rows) and not (is_named_csv and "," in rows[0])


def _has_columns(head: bytes, marks: Sequence[bytes] = (b",", b";", b"\t", b"|")) -> bool:
    """Whether two lines one after the other hold a delimiter equally often, or as R writes names, one less."""
    lines = [line for line in head.replace(b"\0", b"").splitlines()[:LINES_COMPARED] if line.strip()]
    return any(
        0 <= below.count(mark) - above.count(mark) <= 1 and above.count(mark) > 0
        for above, below in pairwise(lines)
        for mark in marks
    )


def recognises(sources: Sequence[Source]) -> bool:
    are_tables = all(map(is_text, sources)) and any(map(_is_table, sources))
    return are_tables and not are_texts_by_class(sources)


def examples() -> tuple[dict[str, bytes], ...]:
    """The same table as it is written in English, and as it is in most of Europe."""
    rows = [(f"{row / 4}", "red" if row % 3 else "blue") for row in range(12)]
    english = "".join(f"{size},{colour}\n" for size, colour in [("size", "colour"), *rows])
    european = "".join(f"{size.replace('.', ',')};{colour}\r\n" for size, colour in [("size", "colour"), *rows])
    return {"table.csv": english.encode()}, {"table.txt": european.encode("utf-16")}


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.csv.reader import read
    from trainer.importing.parsed import beside

    own = [source for source in sources if _is_table(source)] or sources
    return beside(read(spec, own, work, readings), [source for source in sources if source not in own])
