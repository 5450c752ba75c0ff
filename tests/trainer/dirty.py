"""Data that want cleaning: rows that repeat, gaps, wild numbers, labels in several spellings, a class of one row."""

from pathlib import Path
from typing import Any

import numpy as np

from tests.trainer.mixed import texts
from trainer.columns import Column, boolean, category, image, number, text
from trainer.data.prepared import Array, Prepared, own_name, write_prepared
from trainer.data.summary import DataSummary

LEVELS = ("Cat", "cat", " CAT ", "dog", "emu")
COLUMNS: tuple[Column, ...] = (
    number.Column(name="size", distinct=7),
    number.Column(name="price", distinct=9),
    number.Column(name="is_bright", distinct=2),
    category.Column(name="animal", distinct=5, levels=LEVELS),
    category.Column(name="colour", distinct=2, levels=("blue", "red")),
    boolean.Column(name="is_sold", distinct=2, levels=("no", "yes")),
    image.Column(name="picture", shape=(1, 4, 6)),
    text.Column(name="note", distinct=9, characters=400, words=60, longest=80),
)
# What each task is to tell.
TASKS: dict[str, dict[str, Any]] = {
    "classification": {"target": "animal"},
    "regression": {"target": "price"},
    "multi_label": {"labels": ["is_bright", "is_sold"]},
}
NAN = np.nan
# Rows 1, 6 and 9 repeat row 0, the second of them nearly.
NOTES = [
    "<p>Write to Ann@Home.example about No. 17, the cat!</p>",
    "<p>Write to Ann@Home.example about No. 17, the cat!</p>",
    "A dog, at http://dogs.example/17?all=yes, is ＧＯＯＤ.",
    "",
    "AT&amp;T, 3 < 4",
    "这个 酒店 的 位置 了解",
    "<p>Write to Ann@Home.example about No. 18, the cat!</p>",
    "cafe\u0301 \U0001f600",
    "nothing",
    "<p>Write to Ann@Home.example about No. 17, the cat!</p>",
]
# size, price, is_bright; animal, colour; is_sold. Rows 1 and 9 repeat row 0, but for the target of the second.
ROWS = [
    ((1.0, 10.0, 0.0), (0, 0), 0),
    ((1.0, 10.0, 0.0), (0, 0), 0),
    ((2.0, 11.0, 1.0), (1, 1), 1),
    ((3.0, 12.0, 1.0), (2, 1), 1),
    ((NAN, 13.0, 0.0), (3, -1), 0),
    ((NAN, 14.0, 0.0), (3, 1), -1),
    ((3.0, 15.0, 1.0), (3, 1), 1),
    ((900.0, NAN, 1.0), (-1, 0), 1),
    ((0.0, 17.0, NAN), (4, 0), 0),
    ((1.0, 18.0, 0.0), (3, 0), 0),
]


def arrays(times: int = 1) -> dict[str, Array]:
    """The rows so many times over; from the second time on their numbers differ a little."""
    once = np.array([row[0] for row in ROWS])
    numbers = np.concatenate([once + np.array([time / 1000, time, 0]) for time in range(times)])
    pictures = np.random.default_rng(0).integers(0, 256, (len(numbers), 1, 4, 6)).astype(np.uint8)
    pictures[1 :: len(ROWS)] = pictures[9 :: len(ROWS)] = pictures[:: len(ROWS)]
    return {
        "numbers": numbers,
        "categories": np.array([row[1] for row in ROWS] * times, np.int32),
        "booleans": np.array([row[2] for row in ROWS] * times, np.int8)[:, None],
        own_name("picture"): pictures,
        **texts("note", [note and note + _apart(time, note) for time in range(times) for note in NOTES]),
    }


def _apart(time: int, note: str) -> str:
    """What makes a text unlike those of other times."""
    letters = np.random.default_rng([time, ord(note[0])]).integers(ord("a"), ord("z"), 150 * (time > 0))
    return "".join(map(chr, letters))


def prepared(times: int = 1) -> Prepared:
    return Prepared(Path("unwritten"), DataSummary(rows=times * len(ROWS), columns=COLUMNS), arrays(times))


def write(path: Path, times: int) -> Path:
    write_prepared(path, DataSummary(rows=times * len(ROWS), columns=COLUMNS), arrays(times))
    return path
