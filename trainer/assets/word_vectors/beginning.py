"""How a file of word vectors begins: whether it is one, in which form, and how wide its vectors are."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Self

from trainer.importing.archives import Source

Form = Literal["text", "binary"]
MOST_WIDTH = 4096
LONGEST_WORD = 1000  # bytes
LONGEST_LINE = LONGEST_WORD + 40 * (MOST_WIDTH + 1)  # bytes
LINES = 100  # that decide on a width
HEAD = 4 * LONGEST_LINE
COUNTS = re.compile(rb"\s*([0-9]{1,12})[ \t]+([0-9]{1,9})[ \t]*\r?\n")
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Beginning:
    """``words`` is what a first line promises, None where there is no such line; ``start`` is the byte, and ``line``
    the line, at which the first word stands. The width of text is what most of its first lines have.
    """

    form: Form
    words: int | None
    width: int
    start: int
    line: int

    @classmethod
    def of(cls, source: Source) -> Self | None:
        """None for a file that holds no word vectors."""
        with source.path.open("rb") as file:
            head = file.read(HEAD)
        is_whole = len(head) < HEAD
        mark = len(MARK) if head.startswith(MARK) else 0
        counts = COUNTS.match(head, mark)
        if counts is None:
            width = width_of(_lines(head[mark:], is_whole))
            return None if width is None else cls("text", None, width, mark, 1)
        words, width = int(counts[1]), int(counts[2])
        rest = head[counts.end() :]
        if width_of(_lines(rest, is_whole)) is not None or not rest.strip():
            return cls("text", words, width, counts.end(), 2)
        return cls("binary", words, width, counts.end(), 2) if _is_binary(rest, width) else None


def width_of(lines: Sequence[bytes]) -> int | None:
    """How many numbers most of these lines have behind a word. None where they are no such lines, or all begin with a
    number as those of a table do.
    """
    tokens = [row for line in lines if (row := line.split())]
    rows = [row for row in tokens if len(row) >= 3 and all(map(is_number, row[1:]))]
    if 2 * len(rows) < max(1, len(tokens)) or all(is_number(row[0]) for row in rows):
        return None
    widths = Counter(len(row) - 1 for row in rows)
    return min(widths, key=lambda width: (-widths[width], width))


def _lines(head: bytes, is_whole: bool) -> list[bytes]:
    """The first lines; one that is cut by the end of the head is left out where another is there."""
    lines = head.split(b"\n")
    if not is_whole and len(lines) > 1:
        lines.pop()
    return list(islice((line for line in lines if line.strip()), LINES))


def is_number(token: bytes) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return b"_" not in token


def _is_binary(rest: bytes, width: int) -> bool:
    """Whether a word, a space and numbers that are no text follow."""
    end = rest.find(b" ", 0, LONGEST_WORD)
    numbers = rest[end + 1 : end + 1 + 4 * max(1, width)]
    return end > 0 and bool(numbers) and any(byte < 9 or byte > 126 for byte in numbers)
