"""Reads a list of objects, as JavaScript and pandas write tables into one JSON document, object by object."""

import json
from collections.abc import Iterator
from typing import IO, Any

from trainer.errors import TrainerError
from trainer.importing.archives import Source

PIECE = 1024 * 1024
LONGEST_OBJECT = 16 * 1024 * 1024  # characters
BLANK = " \t\r\n\ufeff"  # the last is a mark at the beginning


def objects(source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object with its number. Raises TrainerError at what is none."""
    with source.path.open("r", encoding="utf-8") as file:
        text, number, decoder = _Text(file), 0, json.JSONDecoder()
        try:
            text.skip("[")
            while text.peek() != "]":
                number += 1
                yield number, _object(text, decoder)
                if text.peek() == ",":
                    text.skip(",")
                elif text.peek() != "]":
                    raise ValueError("no comma between objects")
            text.skip("]")
            if text.peek():
                raise ValueError("something behind the list")
        except (ValueError, RecursionError) as error:
            raise TrainerError(
                "json_array",
                "“%(name)s” is damaged behind the object %(number)s of its list. Write it again, or write one object a "
                "line.",
                name=source.name,
                number=number,
            ) from error


def _object(text: "_Text", decoder: json.JSONDecoder) -> dict[str, Any]:
    text.peek()
    while True:
        try:
            value, text.place = decoder.raw_decode(text.held, text.place)
        except json.JSONDecodeError:
            if not text.read():
                raise
            continue
        if not isinstance(value, dict):
            raise ValueError("no object")
        return value


class _Text:
    """What was read of a file, used up to ``place``."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self.held, self.place = file, "", 0

    def read(self) -> bool:
        """Hold more, as much again where an object is not yet whole; False at the end."""
        rest = self.held[self.place :]
        if len(rest) > LONGEST_OBJECT:
            raise ValueError("too long an object")
        piece = self._file.read(max(PIECE, len(rest)))
        self.held, self.place = rest + piece, 0
        return bool(piece)

    def peek(self) -> str:
        """The next letter that is not blank; none at the end."""
        while True:
            while self.place < len(self.held) and self.held[self.place] in BLANK:
                self.place += 1
            if self.place < len(self.held) or not self.read():
                return self.held[self.place : self.place + 1]

    def skip(self, letter: str) -> None:
        if self.peek() != letter:
            raise ValueError(f"no {letter}")
        self.place += 1
