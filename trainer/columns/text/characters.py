"""Which characters texts are made of: letters by script, what cannot be seen, and the commonest words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from trainer.columns.text.stop_words import CHINESE_KEPT, STOP_WORDS
from trainer.data.prepared import Array
from trainer.importing.profile import Counts
from trainer.importing.scripts import script

MOST_EXAMINED = 16 * 1024 * 1024  # bytes of a column
STRETCH = 1024 * 1024  # bytes that are examined at once
MOST_COUNTED = 2 * 1024 * 1024  # characters whose words are counted
SHOWN = 20
MOST_PAIRS = 2000  # among which those without stop words are
CODES = 0x110000  # of Unicode
WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
UNSPACED = frozenset({"Han", "Kana"})  # scripts without spaces between words
LINE_ENDS = "\t\n\r"


class Terms(NamedTuple):
    """The ``commonest`` words or pairs of characters, and the commonest without stop words: none where the commonest
    hold none.
    """

    commonest: Counts
    telling: Counts


class Characters:
    """Those of texts, examined where these are many in stretches all along them."""

    def __init__(self, content: Array, starts: Array) -> None:
        self.examined = self.counted = 0
        self._counts = np.zeros(CODES, np.int64)
        self._texts: list[str] = []  # whose words are counted
        stretches = list(_stretches(len(content)))
        share = MOST_COUNTED // max(1, len(stretches))
        for start, end in stretches:
            text = _read(content, starts, start, end)
            codes = _codes(text)
            self._counts += np.bincount(codes, minlength=CODES)
            self._texts.append(text[:share])
            self.examined, self.counted = self.examined + len(text), self.counted + len(self._texts[-1])

    def _by_code(self) -> Iterator[tuple[str, int]]:
        codes = np.flatnonzero(self._counts)
        return zip(map(chr, codes.tolist()), self._counts[codes].tolist(), strict=True)

    def scripts(self) -> Counts:
        """Letters of each script, the most frequent first."""
        letters: Counter[str] = Counter()
        for character, count in self._by_code():
            if unicodedata.category(character).startswith("L"):
                letters[script(character)] += count
        return tuple(letters.most_common())

    def unseen(self) -> Counts:
        """Marks and control characters, by number."""
        unseen: Counter[str] = Counter()
        for character, count in self._by_code():
            if unicodedata.category(character) in {"Cf", "Cc"} and character not in LINE_ENDS:
                unseen[f"U+{ord(character):04X}"] += count
        return tuple(unseen.most_common(SHOWN))

    def words(self) -> Terms:
        """In small letters."""
        return _terms(
            Counter(word for text in self._texts for word in WORD.findall(text.casefold())).most_common(), _is_stop_word
        )

    def pairs(self) -> Terms:
        """Pairs of neighbouring characters of scripts without spaces, which are often words."""
        codes = _codes("\n".join(self._texts))
        is_own = _are_unspaced(codes)
        own = np.flatnonzero(np.bincount(codes[is_own]))
        places = np.zeros(CODES, np.uint32)  # small numbers are sorted in a third of the time
        places[own] = np.arange(len(own))
        width = np.uint32(len(own))  # hardly 2^16, of all that such scripts have
        pairs = places[codes[:-1]] * width + places[codes[1:]]
        pairs = pairs[is_own[:-1] & is_own[1:]]
        values, counts = np.unique(pairs, return_counts=True)
        most = np.argsort(-counts, kind="stable")[:MOST_PAIRS]
        first, second = own[values[most] // width].tolist(), own[values[most] % width].tolist()
        names = (chr(left) + chr(right) for left, right in zip(first, second, strict=True))
        return _terms(list(zip(names, counts[most].tolist(), strict=True)), _is_stop_pair)


def _terms(counted: Sequence[tuple[str, int]], is_stop: Callable[[str], bool]) -> Terms:
    commonest = tuple(counted[:SHOWN])
    if not any(is_stop(name) for name, _count in commonest):
        return Terms(commonest, ())
    return Terms(commonest, tuple(islice((term for term in counted if not is_stop(term[0])), SHOWN)))


def _is_stop_word(word: str) -> bool:
    return word in STOP_WORDS


def _is_stop_pair(pair: str) -> bool:
    """Whether it is one, or has one that is no part of a longer word."""
    return pair in STOP_WORDS or (pair not in CHINESE_KEPT and any(character in STOP_WORDS for character in pair))


def are_unspaced(scripts: Counts) -> bool:
    """Whether most letters are of scripts without spaces between words."""
    own = sum(count for name, count in scripts if name in UNSPACED)
    return 2 * own > sum(count for _, count in scripts)


def _stretches(size: int) -> Iterator[tuple[int, int]]:
    """All of it, or as many bytes as are examined, some here and there from the beginning to the end."""
    if size <= MOST_EXAMINED:
        places = list(range(0, size, STRETCH))
    else:
        places = np.linspace(0, size - STRETCH, MOST_EXAMINED // STRETCH).astype(np.int64).tolist()
    return ((place, min(place + STRETCH, size)) for place in places)


def _read(content: Array, starts: Array, start: int, end: int) -> str:
    """The texts between these bytes, one a line. A character that is cut at an end is not read."""
    first, last = np.searchsorted(starts, (start, end), side="right")
    piece = np.insert(np.asarray(content[start:end]), starts[first:last] - start, ord("\n"))
    return piece.tobytes().decode("utf-8", "ignore")


def _codes(text: str) -> Array:
    """uint32 [characters]: their numbers in Unicode, which is how NumPy keeps text."""
    return np.array([text]).view(np.uint32)[: len(text)]


def _are_unspaced(codes: Array) -> Array:
    """bool: which are Chinese characters or Kana."""
    is_common = (codes >= 0x3400) & (codes <= 0x9FFF)
    is_kana = (codes >= 0x3041) & (codes <= 0x30FF) & (codes != 0x30FB)
    is_rare = ((codes >= 0xF900) & (codes <= 0xFAFF)) | ((codes >= 0x20000) & (codes <= 0x3FFFF)) | (codes == 0x3005)
    return np.asarray(is_common | is_kana | is_rare)
