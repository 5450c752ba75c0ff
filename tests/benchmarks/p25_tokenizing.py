"""P25: texts of 10 million characters to byte-pair tokens, beside the ``tokenizers`` library alone.

Ours reads the texts from a prepared file and ends with what training takes its batches from. The library gets the
texts as Python strings, some at a time as ours does, and its answers are dropped: with ``encode_batch_fast``, which
leaves out where tokens stand, for that is what we call. Both use the threads that the library takes.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tests.benchmarks import prose
from tests.benchmarks.line import Line
from tests.benchmarks.p15_throughput import Epoch, fastest
from trainer import columns
from trainer.columns.text import Block
from trainer.columns.text.tokens import library_tokenizer
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.importing import preparation
from trainer.specs.train import TrainDraft

CHARACTERS = (100_000, 1_000_000, 10_000_000)
WORDS = 20  # a text has on average
TEXTS_A_CALL = 10_000
ROUNDS = 5


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as name:
        spent = {size: _spent(Path(name), size) for size in CHARACTERS}
    ratios = {size: seconds["library"] / seconds["ours"] for size, seconds in spent.items()}
    most = CHARACTERS[-1]
    ours, library, placed = (spent[most][name] for name in ("ours", "library", "library with places"))
    return [
        Line(
            number="P25",
            name=f"tokenising {most:,} characters beside the library alone",
            figure=ratios[most],
            unit="x",
            target=0.8,
            better="more",
            beside=f"{ours:.2f} and {library:.2f} CPU s, with places {placed:.2f}; fastest of {ROUNDS} each",
            growth={f"{size:,}": ratio for size, ratio in ratios.items()},
        )
    ]


def _spent(parent: Path, characters: int) -> dict[str, float]:
    """Processor seconds of each at least, on texts of so many characters."""
    folder = parent / str(characters)
    folder.mkdir()
    lines = _lines(folder / "texts.jsonl", characters)
    path = preparation.prepare([lines], [lines.name], folder).prepared
    block = _block(path)
    texts = [json.loads(line)["text"] for line in lines.read_text().splitlines()]
    calls: dict[str, Epoch] = {
        "ours": partial(_ours, block, path),
        "library": partial(_library, block, texts, "encode_batch_fast"),
        "library with places": partial(_library, block, texts, "encode_batch"),
    }
    return fastest(calls, ROUNDS)


def _lines(path: Path, characters: int) -> Path:
    texts, sizes = zip(*((text, len(text)) for text in prose.texts(characters // WORDS, WORDS)), strict=True)
    count = int(np.searchsorted(np.cumsum(sizes), characters))
    return prose.write_json_lines(path, texts[:count])


def _block(path: Path) -> Block:
    """With the tokenizer, trained on the training rows."""
    prepared = Prepared.open(path)
    draft = {
        "task": {"name": "classification", "target": "label"},
        "tokenizers": [{"name": "byte_pair"}],
    }
    spec = TrainDraft.model_validate(draft).resolved(prepared.summary)
    (block,) = tokenizing.of_texts(tokenizing.tokenize(spec.tokenizers, rows.read(spec, prepared)))
    assert isinstance(block, Block)
    return block


def _ours(block: Block, path: Path) -> float:
    prepared = Prepared.open(path)
    start = time.process_time()
    columns.module_of(block, "values").lengths(block, prepared)
    return time.process_time() - start


def _library(block: Block, texts: Sequence[str], call: str) -> float:
    assert block.tokenizer is not None
    encode = getattr(library_tokenizer(block.tokenizer.library), call)
    start = time.process_time()
    for first in range(0, len(texts), TEXTS_A_CALL):
        encode(texts[first : first + TEXTS_A_CALL], add_special_tokens=False)
    return time.process_time() - start
