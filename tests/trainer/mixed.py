"""Data with columns of every kind, two of pictures among them, and something that each task can learn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.catalog import Entry, default, listing
from trainer.columns import Column, boolean, category, date, image, number, text
from trainer.data.prepared import Array, offsets_name, own_name, write_prepared
from trainer.data.summary import DataSummary
from trainer.model import ModelSpec

SIDE = 8
FEATURES: tuple[Column, ...] = (
    number.Column(name="size", distinct=400),
    category.Column(name="colour", distinct=2, levels=("blue", "red")),
    boolean.Column(name="is_sold", distinct=2, levels=("no", "yes")),
    date.Column(name="built", distinct=400),
    image.Column(name="front", shape=(1, SIDE, SIDE)),
    image.Column(name="back", shape=(1, SIDE, SIDE)),
    text.Column(name="note", distinct=400, characters=12_000, words=2400, longest=80),
)
TARGETS: tuple[Column, ...] = (
    category.Column(name="class", distinct=2, levels=("few", "many")),
    number.Column(name="price", distinct=400),
    number.Column(name="is_bright", distinct=2),
    boolean.Column(name="is_red", distinct=2, levels=("no", "yes")),
)
# What each task is to tell.
TASKS: dict[str, dict[str, Any]] = {
    "classification": {"target": "class"},
    "regression": {"target": "price"},
    "multi_label": {"labels": ["is_bright", "is_red"]},
}
# Fields of models that are large by default.
TEXT_BAG = {"buckets": 512, "width": 8}
SMALL: dict[str, dict[str, Any]] = {
    "mlp": {"hidden": [8]},
    "cnn": {"channels": [4], "hidden": [8]},
    "text_bag": TEXT_BAG,
    "text_bag_cnn": {"buckets": 512, "bag_width": 4, "width": 8, "gram_buckets": 64, "channels": 8},
    "text_cnn": {"width": 8, "gram_buckets": 64, "channels": 8},
    "rnn": {"width": 8, "longest_gram": 3, "gram_buckets": 64, "units": 8},
    "transformer_encoder": {"width": 16, "gram_buckets": 64, "heads": 2, "inner": 16},
    "fusion": {
        "encoders": [
            {"name": "layers", "hidden": [8]},
            {"name": "convolutions", "channels": [4]},
            {"name": "text_bag", **TEXT_BAG},
        ],
        "width": 8,
        "hidden": [8],
    },
}


def write(path: Path, rows: int = 400) -> Path:
    """Targets follow from four bits: a number's size, a category, and which halves of two pictures are bright."""
    random = np.random.default_rng(0)
    bits = random.integers(0, 2, (rows, 4))
    pictures = {name: random.integers(0, 60, (rows, 1, SIDE, SIDE)).astype(np.uint8) for name in ("front", "back")}
    for place, pixels in enumerate(pictures.values()):
        pixels[bits[:, place] == 1, :, : SIDE // 2] += 150
    size = bits[:, 2] * 3.0 + random.normal(size=rows) / 5
    size[::17] = np.nan
    price = bits @ np.array([1.0, 2.0, 3.0, 4.0]) + random.normal(size=rows) / 10
    arrays: dict[str, Array] = {
        "numbers": np.stack([size, price, bits[:, 0].astype(float)], 1),
        "categories": np.stack([bits[:, 3], bits.sum(axis=1) >= 2], 1).astype(np.int32),
        "booleans": np.stack([np.where(np.arange(rows) % 13, bits[:, 1], -1), bits[:, 3]], 1).astype(np.int8),
    }
    built = random.integers(0, 10**9, rows) * 10**6
    built[::11] = date.MISSING
    arrays["dates"] = built[:, None]
    arrays |= {own_name(name): pixels for name, pixels in pictures.items()}
    arrays |= texts("note", _notes(bits[:, 2], random))
    write_prepared(path, DataSummary(rows=rows, columns=(*FEATURES, *TARGETS)), arrays)
    return path


def texts(column: str, cells: Sequence[str]) -> dict[str, Array]:
    """As the prepared file has them."""
    contents = [cell.encode() for cell in cells]
    offsets = np.cumsum([0, *map(len, contents)]).astype(np.int64)
    return {own_name(column): np.frombuffer(b"".join(contents), np.uint8), offsets_name(column): offsets}


def _notes(bits: Array, random: np.random.Generator) -> list[str]:
    """Texts of one to twelve words, one of which tells the bit; some are empty."""
    notes = []
    for row, bit in enumerate(bits):
        words = random.choice(
            ["the", "flat", "is", "near", "a", "lake", "and", "quiet"], random.integers(0, 12)
        ).tolist()
        words.insert(len(words) // 2, "large" if bit else "tiny")
        notes.append("" if row % 19 == 5 else " ".join(words))
    return notes


def features(entry: Entry) -> Sequence[str]:
    """The names of the columns that a model of the listing can take, as many as it can."""
    assert issubclass(entry.spec, ModelSpec)
    fitting = [column.name for column in FEATURES if column.layout in entry.spec.layouts_taken]
    return fitting[: entry.spec.most_blocks]


def small(model: str) -> dict[str, Any]:
    """The model with its defaults, but no larger than a test needs."""
    return {"name": model, **SMALL.get(model, {})}


def specs() -> list[tuple[str, dict[str, Any]]]:
    """A spec of each task with each model."""
    return [
        (
            f"{task}-{name}",
            {"task": {"name": task, **fields, "features": list(features(entry))}, "model": small(name)},
        )
        for task, fields in TASKS.items()
        for name, entry in listing("models").items()
    ]


def without_dropout(model: str) -> dict[str, Any]:
    """The small model, but that nothing is left out while training, in its parts neither."""
    still: dict[str, Any] = _still(default("models", model).replaced(**small(model)).model_dump(mode="json"))
    return still


def _still(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: 0.0 if name == "dropout" else _still(part) for name, part in value.items()}
    return [_still(part) for part in value] if isinstance(value, list) else value
