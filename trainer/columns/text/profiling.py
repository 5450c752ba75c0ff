"""The profile of a column of texts, from the prepared file's arrays."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from trainer.columns.text import Column
from trainer.columns.text.characters import Characters, are_unspaced
from trainer.columns.text.lengths import PIECE, Counted, counted, spread
from trainer.data.prepared import Array
from trainer.importing import series
from trainer.importing.forms import visible
from trainer.importing.kind import profile_of
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import FIRST_VALUES, ColumnProfile, Passage, Texts

if TYPE_CHECKING:  # as in trainer.importing.kind
    import pyarrow as pa

LONGEST_SAMPLE, LONGEST_FIRST = 300, 200  # characters
BYTES = 4  # of a character at most
NAMED = 3
SAMPLES = 5


def described(column: Column, content: Array, starts: Array) -> tuple[Column, ColumnProfile]:
    """The column with what only the values tell of it, and its profile."""
    lengths = counted(content, starts)
    repeated = _repeated(content, starts)
    present = int(np.count_nonzero(lengths.characters))
    column = column.model_copy(
        update={
            "distinct": present - repeated,
            "characters": int(lengths.characters.sum()),
            "words": int(lengths.words.sum()),
            "longest": int(lengths.characters.max(initial=0)),
        }
    )
    texts = _texts(content, starts, lengths, repeated) if present else None
    first = tuple(_beginning(content, starts, row) for row in range(min(FIRST_VALUES, len(starts) - 1)))
    return column, profile_of(column, texts=texts, first=first)


def problems(profile: ColumnProfile) -> Iterator[Problem]:
    """What the texts give reason to say."""
    if profile.texts is None:
        return
    if profile.texts.lost:
        yield problem("lost_letters", column=profile.name, count=profile.texts.lost)
    if unseen := profile.texts.unseen:
        numbers = ", ".join(number for number, _ in unseen[:NAMED])
        yield problem("unseen_characters", column=profile.name, characters=numbers)


def _texts(content: Array, starts: Array, lengths: Counted, repeated: int) -> Texts:
    examined = Characters(content, starts)
    is_present = lengths.characters > 0
    scripts = examined.scripts()
    are_pairs = are_unspaced(scripts)
    terms = examined.pairs() if are_pairs else examined.words()
    return Texts(
        characters=spread(lengths.characters[is_present]),
        words=None if are_pairs else spread(lengths.words[is_present]),
        duplicates=repeated,
        lost=lengths.lost,
        scripts=scripts,
        terms=terms.commonest,
        telling=terms.telling,
        are_pairs=are_pairs,
        unseen=examined.unseen(),
        examined=examined.examined,
        counted=examined.counted,
        is_sampled=examined.counted < int(lengths.characters.sum()),
        samples=tuple(_samples(content, starts, lengths.characters)),
    )


def _repeated(content: Array, starts: Array) -> int:
    """How many texts repeat an earlier one."""
    hashes = np.concatenate([series.hashes([cells]) for cells in _cells(content, starts)])
    hashes = np.sort(hashes[np.diff(starts) > 0])
    return int(np.count_nonzero(hashes[1:] == hashes[:-1]))


def _cells(content: Array, starts: Array) -> Iterator["pa.StringArray"]:
    """The texts, as many at once as ``PIECE`` bytes hold, but at least one."""
    first = 0
    while first < len(starts) - 1:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + PIECE, side="right")) - 1)
        yield series.joined(content[starts[first] : starts[last]], starts[first : last + 1] - starts[first])
        first = last


def _samples(content: Array, starts: Array, lengths: Array) -> Iterator[Passage]:
    """The shortest text, the longest, and some between."""
    present = np.flatnonzero(lengths)
    places = sorted({round(part * (len(present) - 1) / (SAMPLES - 1)) for part in range(SAMPLES)})
    for row in present[np.argpartition(lengths[present], places)[places]].tolist():
        text = _read(content, starts, row, LONGEST_SAMPLE)
        length = int(lengths[row])
        yield Passage(row=row + 1, characters=length, text=visible(text), is_cut=length > LONGEST_SAMPLE)


def _read(content: Array, starts: Array, row: int, longest: int) -> str:
    """A text, up to so many characters."""
    end = min(starts[row] + BYTES * longest, starts[row + 1])
    return content[starts[row] : end].tobytes().decode("utf-8", "ignore")[:longest]


def _beginning(content: Array, starts: Array, row: int) -> str:
    """A text as one value of a table, which says where it goes on."""
    text = _read(content, starts, row, LONGEST_FIRST + 1)
    return text if len(text) <= LONGEST_FIRST else f"{text[:LONGEST_FIRST]}…"
