"""One JSON list of objects, as JavaScript and pandas write a table into one document, read object by object. Shipped
beside exports; it needs nothing else."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

PIECE = 1024 * 1024
LONGEST_OBJECT = 16 * 1024 * 1024  # characters
BLANK = " \t\r\n\ufeff"  # the last is a mark at the beginning
WRONG = re.compile("[\udc80-\udcff]")  # a byte that is not UTF-8, as “surrogateescape” keeps it


@dataclass(frozen=True)
class Element:
    """One value of the list: its number, the line that it begins in, and None for a row that is no object in UTF-8."""

    number: int
    line: int
    row: dict[str, Any] | None


class DamagedListError(ValueError):
    """From the element ``number`` on, around ``line``, it is no JSON."""

    def __init__(self, number: int, line: int) -> None:
        super().__init__(f"its list is damaged at object {number}, in line {line}.")
        self.number, self.line = number, line


def elements(file: IO[str], beginning: str = "") -> Iterator[Element]:
    """All of them; ``beginning`` is what was already read of the file. Raises DamagedListError, and UnicodeError where
    the file is read strictly."""
    text, number = _Text(file, beginning), 1
    try:
        text.skip("[")
        while text.peek() != "]":
            line = text.line()
            yield Element(number, line, _row(text))
            if text.peek() == ",":
                text.skip(",")
                number += 1
            elif text.peek() != "]":
                raise ValueError("no comma between objects")
        text.skip("]")
        if text.peek():
            raise ValueError("something behind the list")
    except UnicodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise DamagedListError(number, text.line()) from error


def _row(text: "_Text") -> dict[str, Any] | None:
    """The next value, if it is an object."""
    while True:
        try:
            value, end = text.decoder.raw_decode(text.content, text.place)
        except json.JSONDecodeError:
            if not text.read():
                raise
            continue
        if end < len(text.content) or isinstance(value, dict | list | str) or not text.read():
            break  # a number at the end of a piece may go on
    is_wrong = text.is_wrong and WRONG.search(text.content, text.place, end)
    text.place = end
    return value if isinstance(value, dict) and not is_wrong else None


class _Text:
    """What was read of a file, used up to ``place``."""

    def __init__(self, file: IO[str], content: str) -> None:
        self._file, self.content, self.place = file, content, 0
        self.decoder = json.JSONDecoder()
        self.is_wrong = False  # somewhere up to here
        self._line, self._counted = 1, 0

    def line(self) -> int:
        """The one in which ``place`` lies."""
        self._line += self.content.count("\n", self._counted, self.place)
        self._counted = self.place
        return self._line

    def read(self) -> bool:
        """Hold more, as much again where an object is not yet whole; False at the end."""
        rest = self.content[self.place :]
        if len(rest) > LONGEST_OBJECT:
            raise ValueError("too long an object")
        piece = self._file.read(max(PIECE, len(rest)))
        self.line()
        self.content, self.place, self._counted = rest + piece, 0, 0
        self.is_wrong = self.is_wrong or (not piece.isascii() and WRONG.search(piece) is not None)
        return bool(piece)

    def peek(self) -> str:
        """The next letter that is not blank; none at the end."""
        while True:
            while self.place < len(self.content) and self.content[self.place] in BLANK:
                self.place += 1
            if self.place < len(self.content) or not self.read():
                return self.content[self.place : self.place + 1]

    def skip(self, letter: str) -> None:
        if self.peek() != letter:
            raise ValueError(f"no {letter}")
        self.place += 1
