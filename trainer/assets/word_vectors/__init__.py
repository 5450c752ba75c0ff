"""Word vectors

A vector for each of many words, learned from much text by somebody else: word2vec as text or binary, fastText (.vec)
and GloVe, each also as .gz or alone in a ZIP.
"""

import struct
from pathlib import Path
from typing import ClassVar

from trainer.asset import AssetProfile, AssetSpec
from trainer.assets.word_vectors import foreign
from trainer.assets.word_vectors.beginning import Beginning
from trainer.errors import TrainerError
from trainer.importing.archives import Source


class Spec(AssetSpec):
    """There is nothing to choose: the file says how many words and how many numbers."""

    file: ClassVar[str] = "vectors.safetensors"


def recognises(source: Source) -> bool:
    return Beginning.of(source) is not None


def relative(source: Source) -> TrainerError | None:
    return foreign.refusal(source)


def examples() -> tuple[dict[str, bytes], ...]:
    """Three words of four numbers each: with a first line that counts them, without, and binary."""
    words = ("sun", "日光", "moon")
    rows = [[0.5, -0.25, index, 1.0] for index in range(len(words))]
    lines = "".join(f"{word} {' '.join(map(str, row))}\n" for word, row in zip(words, rows, strict=True))
    return (
        {"vectors.vec": f"3 4\n{lines}".encode()},
        {"glove.txt": lines.encode()},
        {"vectors.bin": _binary(words, rows)},
    )


def _binary(words: tuple[str, ...], rows: list[list[float]]) -> bytes:
    parts = (word.encode() + b" " + struct.pack("<4f", *row) + b"\n" for word, row in zip(words, rows, strict=True))
    return b"3 4\n" + b"".join(parts)


def build(spec: Spec, source: Source, path: Path, work: Path) -> AssetProfile:
    from trainer.assets.word_vectors.importing import read

    return read(source, path, work)
