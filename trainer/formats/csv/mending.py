"""A text of which some bytes are not UTF-8: read all the same, with a character that says so in their place."""

from dataclasses import dataclass, field
from pathlib import Path

from trainer.formats.csv.rows import LONGEST_LINE
from trainer.importing.archives import Source

MOST_LISTED = 1000


@dataclass
class Faults:
    """Lines with such bytes: how many, and the numbers of the first."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def note(self, line: int) -> None:
        self.count += 1
        if len(self.lines) < MOST_LISTED:
            self.lines.append(line)


def mended(source: Source, work: Path) -> tuple[Source, Faults]:
    """A copy in UTF-8 throughout, with U+FFFD where the file is not."""
    copy, faults = work / f"mended-{source.path.name}", Faults()
    with source.path.open("rb") as file, copy.open("wb") as out:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            out.write(_whole(line, number, faults))
    return Source.of(copy, source.name), faults


def _whole(line: bytes, number: int, faults: Faults) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        faults.note(number)
        return line.decode("utf-8", "replace").encode()
    return line
