"""From a file of word vectors to a prepared one and its profile, with memory for a few numbers a word."""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.asset import AssetProfile
from trainer.assets.word_vectors import profiling
from trainer.assets.word_vectors.beginning import LONGEST_WORD, Beginning
from trainer.assets.word_vectors.pieces import Piece, binary_damaged, pieces
from trainer.assets.word_vectors.profiling import LeftOut
from trainer.assets.word_vectors.reader import WordVectors, hash_of
from trainer.data import arrays_file
from trainer.data.arrays_file import Array
from trainer.errors import TrainerError
from trainer.importing.archives import Source

MOST_WORDS = 20_000_000
FEW = 0.01  # of the words, that may be left out


def read(source: Source, path: Path, work: Path) -> AssetProfile:
    """Write the prepared vectors of ``source`` to ``path``. Raises TrainerError, naming the line."""
    beginning = Beginning.of(source)
    assert beginning is not None, "the file was recognised"
    collection = Collection(work, beginning.width)
    for piece in pieces(source, beginning):
        collection.add(piece)
        _require_bearable(collection)
    _require_words(source, beginning, collection)
    arrays = collection.arrays()
    arrays_file.write(path, {"kind": "word vectors"}, arrays)
    return profiling.profile(beginning, WordVectors(arrays), collection.norms, collection.left_out)


def _require_bearable(collection: "Collection") -> None:
    if len(collection) > MOST_WORDS:
        raise TrainerError(
            "vectors_too_many",
            "These are vectors of more than %(most)s words. Give the most frequent ones, which stand first.",
            most=MOST_WORDS,
        )


def _require_words(source: Source, beginning: Beginning, collection: "Collection") -> None:
    left_out = collection.left_out
    if left_out.garbled > FEW * (len(collection) + left_out.garbled):
        if beginning.form == "binary":
            raise binary_damaged(left_out.first_garbled)
        raise TrainerError(
            "vectors_encoding",
            "“%(name)s” is not written in UTF-8: %(count)s words cannot be read, the first at %(place)s. Save it as "
            "UTF-8.",
            name=source.name,
            count=left_out.garbled,
            place=left_out.first_garbled,
        )
    if not len(collection):
        raise TrainerError(
            "vectors_none",
            "“%(name)s” holds no vector. Give a file with one word and its numbers in each line.",
            name=source.name,
        )


class Collection:
    """The words and vectors so far: in files of the folder ``work``, but for a hash, a length and a norm of each."""

    def __init__(self, work: Path, width: int) -> None:
        self._folder, self._width = work, width
        self._lengths, self._hashes, self._norms = array("q"), array("q"), array("d")
        self._vectors, self._words = (work / "vectors").open("wb"), (work / "words").open("wb")
        self.left_out = LeftOut()

    def __len__(self) -> int:
        return len(self._hashes)

    @property
    def norms(self) -> Array:
        """float64 [V]: the Euclidean length of each vector."""
        return np.frombuffer(self._norms, np.float64)

    def add(self, piece: Piece) -> None:
        is_usable = np.fromiter(map(_is_usable, piece.words), bool, len(piece.words))
        if not is_usable.all():
            self._leave_out([pair for pair, usable in zip(_pairs(piece), is_usable, strict=True) if not usable])
        words = [word for word, usable in zip(piece.words, is_usable, strict=True) if usable]
        vectors = piece.vectors if is_usable.all() else piece.vectors[is_usable]
        self._vectors.write(np.ascontiguousarray(vectors, "<f4").data)
        self._words.write(b"".join(words))
        self._lengths.extend(map(len, words))
        self._hashes.extend(map(hash_of, words))
        self._norms.extend(np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)))

    def _leave_out(self, pairs: Sequence[tuple[bytes, int]]) -> None:
        garbled = [place for word, place in pairs if not _is_utf8(word)]
        unusable = [place for word, place in pairs if _is_utf8(word)]
        before = self.left_out
        self.left_out = LeftOut(
            garbled=before.garbled + len(garbled),
            first_garbled=before.first_garbled or next(iter(garbled), 0),
            unusable=before.unusable + len(unusable),
            first_unusable=before.first_unusable or next(iter(unusable), 0),
        )

    def arrays(self) -> dict[str, Array]:
        """What a prepared file holds; nothing more is added."""
        self._vectors.close()
        self._words.close()
        offsets = np.concatenate([[0], np.cumsum(np.frombuffer(self._lengths, np.int64))]).astype("<i8")
        size = int(offsets[-1])
        words = np.memmap(self._folder / "words", np.uint8, "r", shape=(size,)) if size else np.empty(0, np.uint8)
        vectors = np.memmap(self._folder / "vectors", "<f4", "r", shape=(len(self), self._width))
        hashes, rows = _index(np.frombuffer(self._hashes, np.int64), words, offsets)
        return {"vectors": vectors, "words": words, "offsets": offsets, "hashes": hashes, "rows": rows}


def _pairs(piece: Piece) -> Iterator[tuple[bytes, int]]:
    return zip(piece.words, piece.places, strict=True)


def _is_usable(word: bytes) -> bool:
    return 0 < len(word) <= LONGEST_WORD and _is_utf8(word) and not word.isspace()


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def _index(hashes: Array, words: Array, offsets: Array) -> tuple[Array, Array]:
    """The sorted hashes of the different words, and the first row of each. Words of one hash may be different."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    begins = np.flatnonzero(is_first)
    for begin, end in zip(begins, [*begins[1:], len(order)], strict=True) if len(begins) < len(order) else ():
        if end - begin > 1:
            is_first[begin:end] = _are_new([_word(words, offsets, row) for row in order[begin:end]])
    return ordered[is_first].astype("<i8"), order[is_first].astype("<i8")


def _are_new(words: Sequence[Any]) -> list[bool]:
    return [word not in words[:place] for place, word in enumerate(words)]


def _word(words: Array, offsets: Array, row: int) -> bytes:
    return words[offsets[row] : offsets[row + 1]].tobytes()
