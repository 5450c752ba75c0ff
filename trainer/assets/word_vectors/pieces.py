"""Word vectors out of a file, some megabytes at a time, each with its line or its place in the file."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from trainer.assets.word_vectors.beginning import LONGEST_LINE, LONGEST_WORD, MOST_WIDTH, Beginning, is_number
from trainer.errors import TrainerError
from trainer.importing.archives import Source
from trainer.importing.words import clean

Vectors = np.ndarray[Any, np.dtype[np.float32]]
BLOCK = 4 * 1024 * 1024  # bytes that are read together
TRAILING = b" \t\r"


@dataclass(frozen=True)
class Piece:
    """Some words as they are written, the lines (of text) or numbers (of binary) at which they stand, and their vectors
    float32 [N, width].
    """

    words: Sequence[bytes]
    places: Sequence[int]
    vectors: Vectors


def pieces(source: Source, beginning: Beginning) -> Iterator[Piece]:
    """All of the file. Raises TrainerError, naming the line, for what is no vector of the others' width."""
    if not 1 <= beginning.width <= MOST_WIDTH:
        raise TrainerError(
            "vectors_width",
            "The vectors of “%(name)s” have %(width)s numbers each; this program takes 1 to %(most)s. Give others.",
            name=source.name,
            width=beginning.width,
            most=MOST_WIDTH,
        )
    return _of_text(source.path, beginning) if beginning.form == "text" else _of_binary(source.path, beginning)


def _of_text(path: Path, beginning: Beginning) -> Iterator[Piece]:
    line = beginning.line
    for lines, is_last in _lines(path, beginning.start):
        rows = [_Row.of(text, line + place, beginning.width, is_last) for place, text in enumerate(lines)]
        line += len(lines)
        filled = [row for row in rows if row is not None]
        if filled:
            yield _piece(filled, beginning.width)


@dataclass(frozen=True)
class _Row:
    """A line: its word, and its numbers as text."""

    line: int
    word: bytes
    numbers: bytes

    @classmethod
    def of(cls, text: bytes, line: int, width: int, is_last: bool) -> "_Row | None":
        """None for an empty line."""
        text = text.rstrip(TRAILING)
        if b"\t" in text:
            text = text.replace(b"\t", b" ")
        if text.count(b" ") == width and b"  " not in text:
            word, _, numbers = text.partition(b" ")
            return cls(line, word, numbers)
        return cls._of_tokens(text, line, width, is_last)

    @classmethod
    def _of_tokens(cls, text: bytes, line: int, width: int, is_last: bool) -> "_Row | None":
        """Of a line with other spaces than one before each number: a word may have some, or be one."""
        tokens = text.split()
        if not tokens:
            return None
        if len(tokens) < width or (len(tokens) == width and not text.startswith(b" ")):
            _refuse_width(tokens, line, width, is_last)
        if not all(map(is_number, tokens[-width:])) or any(map(is_number, tokens[1:-width])):
            _refuse_width(tokens, line, width, is_last)
        return cls(line, b" ".join(tokens[:-width]), b" ".join(tokens[-width:]))


def _refuse_width(tokens: Sequence[bytes], line: int, width: int, is_last: bool) -> NoReturn:
    if is_last and len(tokens) <= width:
        raise TrainerError(
            "vectors_cut",
            "The file ends in the midst of line %(line)s: it was cut off. Copy or download it again.",
            line=line,
        )
    raise TrainerError(
        "vectors_line_width",
        "Line %(line)s, of the word “%(word)s”, has %(count)s numbers instead of %(width)s. Correct or remove that "
        "line.",
        line=line,
        word=_legible(tokens[0]),
        count=sum(map(is_number, tokens[1:])),
        width=width,
    )


def _piece(rows: Sequence[_Row], width: int) -> Piece:
    vectors = _numbers(b" ".join(row.numbers for row in rows))
    if vectors is None or vectors.size != len(rows) * width:
        for row in rows:
            _require_numbers(row, width)
        raise AssertionError("each line alone has as many numbers as it should")
    vectors = vectors.reshape(len(rows), width)
    if not np.isfinite(vectors).all():
        place = int(np.argmin(np.isfinite(vectors).all(1)))
        raise TrainerError(
            "vectors_infinite",
            "The vector in line %(line)s, of the word “%(word)s”, has NaN, or a value that is infinite or too large. "
            "Training on it would spoil the model: remove that line.",
            line=rows[place].line,
            word=_legible(rows[place].word),
        )
    return Piece([row.word for row in rows], [row.line for row in rows], vectors)


def _numbers(text: bytes) -> Vectors | None:
    """None where some of it is no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text, np.float32, sep=" ")
        except (DeprecationWarning, ValueError):
            return None


def _require_numbers(row: _Row, width: int) -> None:
    tokens = row.numbers.split()
    if len(tokens) != width:
        _refuse_width([row.word, *tokens], row.line, width, is_last=False)
    for token in tokens:
        if not is_number(token) or _numbers(token) is None:
            raise TrainerError(
                "vectors_no_number",
                "In line %(line)s, of the word “%(word)s”, “%(value)s” is no number. Correct or remove that line.",
                line=row.line,
                word=_legible(row.word),
                value=_legible(token),
            )


def _lines(path: Path, start: int) -> Iterator[tuple[list[bytes], bool]]:
    """Lines in lots of some megabytes, and whether the last of the lot ends the file without an end of line."""
    with path.open("rb") as file:
        file.seek(start)
        rest, count = b"", 0
        while block := file.read(BLOCK):
            *lines, rest = (rest + block).split(b"\n")
            count += len(lines)
            if len(rest) > LONGEST_LINE:
                raise TrainerError(
                    "vectors_long_line",
                    "Behind line %(line)s comes one that is longer than that of any vector. Give a file with one word "
                    "and its numbers in each line.",
                    line=count + 1,
                )
            yield lines, False
        if rest:
            yield [rest], True


def _of_binary(path: Path, beginning: Beginning) -> Iterator[Piece]:
    size, at, data = 4 * beginning.width, 0, b""
    words, numbers, count = list[bytes](), list[bytes](), 0
    assert beginning.words is not None
    with path.open("rb") as file:
        file.seek(beginning.start)
        for count in range(1, beginning.words + 1):
            if (end := _end_of_word(data, at)) < 0 or len(data) < end + 1 + size:
                if words:
                    yield _binary_piece(words, numbers, count - 1, beginning.width)
                words, numbers = [], []
                data, at = data[at:] + file.read(BLOCK + size), 0
                if (end := _end_of_word(data, 0)) < 0 or len(data) < end + 1 + size:
                    _refuse_cut(data, count, beginning.words)
            words.append(data[at:end].lstrip(b"\n"))
            numbers.append(data[end + 1 : end + 1 + size])
            at = end + 1 + size
        if (data[at:] + file.read(1)).strip(b"\n"):
            raise binary_damaged(count)
    if words:
        yield _binary_piece(words, numbers, count, beginning.width)


def _end_of_word(data: bytes, at: int) -> int:
    return data.find(b" ", at, at + LONGEST_WORD + 2)


def _binary_piece(words: Sequence[bytes], numbers: Sequence[bytes], last: int, width: int) -> Piece:
    vectors = np.frombuffer(b"".join(numbers), np.dtype("<f4")).reshape(len(words), width)
    places = range(last - len(words) + 1, last + 1)
    if not np.isfinite(vectors).all():
        place = int(np.argmin(np.isfinite(vectors).all(1)))
        raise TrainerError(
            "vectors_infinite",
            "The vector of word %(count)s, “%(word)s”, has NaN, or a value that is infinite. Training on it would "
            "spoil the model: remove that word.",
            count=places[place],
            word=_legible(words[place]),
        )
    return Piece(words, places, vectors)


def _refuse_cut(data: bytes, count: int, words: int) -> NoReturn:
    if len(data) > LONGEST_WORD and _end_of_word(data, 0) < 0:
        raise binary_damaged(count)
    raise TrainerError(
        "vectors_binary_cut",
        "The file ends at word %(count)s of the %(words)s that its first line promises: it was cut off. Copy or "
        "download it again.",
        count=count,
        words=words,
    )


def binary_damaged(count: int) -> TrainerError:
    """At this word, counted from 1, or behind it."""
    return TrainerError(
        "vectors_binary_damaged",
        "At word %(count)s it turns out that the file is damaged, or that its first line counts other words or numbers "
        "than it has. Copy or make it again.",
        count=count,
    )


def _legible(word: bytes) -> str:
    return clean(word.decode("utf-8", "replace"), 60)
