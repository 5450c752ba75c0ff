"""What the reader makes of a text is what a training made of it: with every tokenizer, behind every cleaning."""

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer import mixed
from tests.trainer.test_cleaning_texts import ALL, by_step
from trainer.attempt.assets import NO_ASSETS
from trainer.catalog import listing
from trainer.columns import module_of
from trainer.columns.text import Block, Column, read
from trainer.data.prepared import Prepared
from trainer.data.summary import DataSummary
from trainer.tokenizers import TrainedSpec

COLUMN = Column(name="note")
TEN_MEGABYTES = 10_000_000
SECONDS = 5  # of which each needs a tenth
TOKENIZERS = [name for name, entry in listing("tokenizers").items() if issubclass(entry.spec, TrainedSpec)]
CORPUS = [
    "The quick brown fox, the lazy dog; see http://fox.example/a?b=c and 1,234.5 kg!",
    "服务很好，房间不错。早餐的种类太少了",
    "<p>Hello <b>World</b> &amp; \U0001f600 café</p>",
    "שלום עולם مرحبا",
]
PARTS = st.sampled_from(
    [
        *("the", " ", "  ", "\n", "Fox", "fox", "服务", "的", "了解", "\U0001f600", "\u200d", "\u200b", "\ufeff"),
        *(
            "\u202eשלום\u202c",
            "\0",
            "cafe\u0301",
            "ﬁ",
            "ＡＢ",
            "12,5",
            "a@b.cd",
            "http://x.yz/",
            "<b>",
            "&amp;",
            "<!--",
        ),
        *(
            "[UNK]",
            "[PAD]",
            "<s>",
            "\u0301" * 40,
            "x" * 400,
            "…",
            "’",
            "\u2028",
            "\r",
            "\t",
            "\x1f",
            "가",
            "\u1100\u1161",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PARTS, st.text(st.characters(codec="utf-8"), max_size=4)), max_size=12).map("".join)


@cache
def tokenizer(name: str, longest: int, keep: str) -> Block:
    entry = listing("tokenizers")[name]
    fitted = entry.module.fit(entry.spec.model_validate({"least": 1}), lambda: CORPUS * 3, NO_ASSETS)
    block: Block = module_of(COLUMN, "values").tokenized(
        Block(name="text", column="note"), longest=longest, keep=keep, **fitted
    )
    return block


def trained(block: Block, texts: list[str]) -> list[list[int]]:
    """As a training gathers them."""
    summary = DataSummary(rows=len(texts), columns=(COLUMN,))
    prepared = Prepared(Path("unwritten"), summary, mixed.texts("note", texts))
    rows, values = np.arange(len(texts)), module_of(block, "values")
    array, lengths = values.gatherer(block, prepared)(rows), values.lengths(block, prepared)
    return [row[:length].tolist() for row, length in zip(array, lengths, strict=True)]


def from_outside(block: Block, texts: list[str]) -> list[list[int]]:
    """As the reader beside an export does, of a description that has gone through JSON."""
    arrays, strange = read.read([texts], json.loads(json.dumps(block.description())), Path())
    assert strange == []
    return [array.tolist() for array in arrays]


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(max_examples=60, deadline=None)
@given(
    keep=st.sampled_from(["beginning", "end"]),
    texts=st.lists(TEXTS, min_size=1, max_size=6),
    longest=st.sampled_from([1, 7, 256]),
)
def test_the_reader_cuts_texts_as_the_training_did(name: str, keep: str, texts: list[str], longest: int) -> None:
    block, stored = tokenizer(name, longest, keep), [as_imported(text) for text in texts]
    expected = trained(block, stored)
    assert from_outside(block, texts) == expected
    assert all(1 <= len(row) <= longest for row in expected)
    for text, row in zip(texts, expected, strict=True):
        assert from_outside(block, [text]) == [row], "whatever else is in the batch"


@pytest.mark.parametrize(("name", "fields"), ALL)
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6))
def test_the_reader_cleans_texts_as_the_training_did(name: str, fields: dict[str, Any], texts: list[str]) -> None:
    block = by_step(name, fields, tokenizer("characters", 256, "beginning"))
    assert len(block.steps) == 1
    assert from_outside(block, texts) == trained(block, [as_imported(text) for text in texts])


def as_imported(text: str) -> str:
    """What an import keeps of a cell: nothing of one that is blank, and no NUL."""
    return text.replace("\0", " ") if text.replace("\0", " ").strip() else ""


def test_halves_of_pairs_are_read_as_what_an_import_makes_of_them() -> None:
    block = tokenizer("characters", 256, "beginning")
    assert from_outside(block, ["a\ud83d b", "\ud83d", "\udc00\ud800"]) == trained(
        block, ["a\ufffd b", "\ufffd", "\ufffd\ufffd"]
    )


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_larger_vocabulary_than_the_texts_give_is_as_large_as_they_give(name: str) -> None:
    entry = listing("tokenizers")[name]
    largest = entry.spec.model_fields["vocabulary"].metadata[1].le
    fitted = entry.module.fit(entry.spec.model_validate({"vocabulary": largest, "least": 1}), lambda: CORPUS, NO_ASSETS)
    block = module_of(COLUMN, "values").tokenized(Block(name="text", column="note"), longest=256, keep="end", **fitted)
    assert 2 < block.vocabulary < 600 < largest
    assert from_outside(block, CORPUS) == trained(block, CORPUS)


@pytest.mark.parametrize("keep", ["beginning", "end"])
@pytest.mark.parametrize("name", TOKENIZERS)
def test_ten_megabytes_take_the_time_of_what_a_network_sees_of_them(name: str, keep: str) -> None:
    block = tokenizer(name, 256, keep)
    for piece in ("x", "the fox ", "房间", "\u0301\u0316"):
        text = piece * (TEN_MEGABYTES // len(piece.encode()))
        began = time.perf_counter()
        (row,) = from_outside(block, [text])
        assert time.perf_counter() - began < SECONDS, repr(piece)
        assert 1 <= len(row) <= 256


@pytest.mark.parametrize("cell", [None, "", " ", "\u3000\t"])
def test_no_text_is_one_token_that_is_unknown(cell: str | None) -> None:
    assert from_outside(tokenizer("words", 256, "beginning"), [cell]) == [[1]]  # type: ignore[list-item]
