"""What the log of a training says of its tokenizers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainer import mixed
from trainer.catalog import listing
from trainer.columns import number, text
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared, write_prepared
from trainer.data.rows import Rows
from trainer.data.summary import DataSummary
from trainer.sentences import filled
from trainer.specs.train import TrainDraft, TrainSpec
from trainer.tokenizers import TrainedSpec
from trainer.training import tokens_report

TRAINED = [name for name, entry in listing("tokenizers").items() if issubclass(entry.spec, TrainedSpec)]
FEW = ["only a few words", "and others, again"] * 20
MANY = [f"{a}{b}{c} {c}{a} {b}{a}{c}" for a in "abcdef" for b in "ghijkl" for c in "aeiou"]


def read(
    folder: Path, cells: list[str], given: list[dict[str, Any]], features: Sequence[str] = ("note",)
) -> tuple[TrainSpec, Rows]:
    sizes = np.arange(len(cells), dtype=float)
    columns = (
        number.Column(name="price", distinct=9),
        number.Column(name="size", distinct=9),
        text.Column(name="note"),
    )
    arrays = {"numbers": np.stack([sizes, sizes], axis=1), **mixed.texts("note", cells)}
    write_prepared(folder / "prepared.safetensors", DataSummary(rows=len(cells), columns=columns), arrays)
    prepared = Prepared.open(folder / "prepared.safetensors")
    task = {"name": "regression", "target": "price", "features": list(features)}
    spec = TrainDraft.model_validate({"task": task, "tokenizers": given}).resolved(prepared.summary)
    return spec, rows.read(spec, prepared)


def log(folder: Path, cells: list[str], tokenizer: dict[str, Any]) -> list[str]:
    spec, data = read(folder, cells, [tokenizer])
    data = tokenizing.tokenize(spec.tokenizers, data)
    return [filled(message, params) for message, params in tokens_report.sentences(data, spec.tokenizers)]


@pytest.mark.parametrize(("names", "is_said"), [(("words",), True), (("uploaded",), False), ((), False)])
def test_that_tokenizers_learn_is_said_before_where_one_does(
    names: tuple[str, ...], is_said: bool, tmp_path: Path
) -> None:
    given = [
        {"name": name, **({"file": "0192a1b2-0000-7000-8000-000000000001"} if name == "uploaded" else {})}
        for name in names
    ]
    spec, data = read(tmp_path, FEW, given, features=["note"] if names else ["size"])
    assert bool(list(tokens_report.beginning(data, spec.tokenizers))) is is_said


@pytest.mark.parametrize("name", TRAINED)
def test_a_vocabulary_that_texts_cannot_fill_is_told_with_both_sizes(name: str, tmp_path: Path) -> None:
    tokens, few = log(tmp_path, FEW, {"name": name, "least": 1, "vocabulary": 5000})
    size = tokens.removeprefix("“note”: ").split(" tokens")[0]
    assert 4 < int(size) < 5000
    assert f"{size} of 5000: its texts have no more that come often enough." in few


@pytest.mark.parametrize("name", TRAINED)
def test_a_vocabulary_that_is_full_is_no_matter(name: str, tmp_path: Path) -> None:
    vocabulary = {"characters": 16}.get(name, 60)
    (tokens,) = log(tmp_path, MANY, {"name": name, "least": 1, "vocabulary": vocabulary})
    assert tokens.startswith(f"“note”: {vocabulary} tokens, ")


def test_what_was_measured_on_some_of_the_texts_says_on_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = {"name": "words", "least": 1, "vocabulary": 16}
    (tokens, *_) = log(tmp_path, FEW * 10, tokenizer)
    assert "Measured" not in tokens
    whole = tokenizing.sample
    monkeypatch.setattr(tokenizing, "sample", lambda block, data, rows: whole(block, data, rows, 3000))
    (tokens, *_) = log(tmp_path, FEW * 10, tokenizer)
    assert "Measured on 160 of the 320 texts to train on: " in tokens
