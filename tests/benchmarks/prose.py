"""Made-up texts whose words are as unevenly common as those of a language (Zipf 1935)."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

WORDS = 50_000  # of the language
SOUNDS = [first + vowel for first in ("", *"bcdfghklmnprstvwz", "ch", "st", "tr") for vowel in (*"aeiou", "ea", "on")]
PIECE = 10_000  # texts
LABELS = ("praise", "blame")


def texts(count: int, words: int, seed: int = 0) -> Iterator[str]:
    """So many, of so many words on average."""
    random = np.random.default_rng(seed)
    language = ["".join(random.choice(SOUNDS, random.integers(1, 5))) for _ in range(WORDS)]
    chances = 1 / np.arange(1, WORDS + 1)
    for start in range(0, count, PIECE):
        lengths = random.integers(1, 2 * words, min(PIECE, count - start))
        drawn = random.choice(WORDS, lengths.sum(), p=chances / chances.sum())
        for own in np.split(drawn, np.cumsum(lengths)[:-1]):
            yield " ".join(language[word] for word in own.tolist()) + "."


def write_json_lines(path: Path, texts: Iterable[str]) -> Path:
    """Rows of a text and a label."""
    with path.open("w", encoding="utf-8") as file:
        for row, text in enumerate(texts):
            file.write(json.dumps({"text": text, "label": LABELS[row % 2]}) + "\n")
    return path


def write_csv(path: Path, texts: Iterable[str]) -> Path:
    """The same, comma-separated."""
    with path.open("w", encoding="utf-8") as file:
        file.write("text,label\n")
        for row, text in enumerate(texts):
            file.write(f"{text},{LABELS[row % 2]}\n")
    return path
