"""P15 for texts: the models of texts with their defaults, one rank on one thread, curves on, beside a loop written by
hand with DataLoader and bucketing, and beside Lightning with the same loader.

All train the same network on the same tokens of some of the reviews. See p15_throughput and p15_loaders.
"""

import gzip
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from tests.benchmarks import p15_loaders
from tests.benchmarks.line import Line
from tests.benchmarks.p15_throughput import PACKAGES, Epoch, by_hand, fastest, network, ours, peer, ratio
from tests.trainer.samples import SAMPLES
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.importing import preparation
from trainer.specs.train import TrainDraft

REVIEWS = SAMPLES / "reviews-zh" / "reviews.jsonl.gz"
ROWS = 3000  # an epoch takes some seconds
ROUNDS = 4
HOW = f"texts per CPU second, fastest of {ROUNDS} epochs each"
MODELS: dict[str, dict[str, Any]] = {
    "a bag of texts' pieces": {"name": "text_bag"},
    "an LSTM": {"name": "rnn", "cell": "lstm"},
    "a Transformer encoder": {"name": "transformer_encoder"},
}


def run() -> list[Line]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        path = _prepared(Path(name))
        return [line for what, model in MODELS.items() for line in _of_model(what, model, path, Path(name))]


def _prepared(folder: Path) -> Path:
    path = folder / "reviews.jsonl"
    with gzip.open(REVIEWS, "rt", encoding="utf-8") as reviews:
        path.write_text("".join(islice(reviews, ROWS)), encoding="utf-8")
    return preparation.prepare([path], [path.name], folder).prepared


def _of_model(what: str, model: dict[str, Any], path: Path, parent: Path) -> Iterator[Line]:
    folder = parent / str(model["name"])
    folder.mkdir()
    prepared = Prepared.open(path)
    draft = {"task": {"name": "classification", "target": "label"}, "model": model, "epochs": 1}
    spec = TrainDraft.model_validate(draft).resolved(prepared.summary)
    data = tokenizing.tokenize(spec.tokenizers, rows.read(spec, prepared))
    epochs: dict[str, Epoch] = {
        "hand": partial(by_hand, spec, data, p15_loaders.training(spec, data), p15_loaders.validation(data)),
    }
    with (
        ours(folder, path, spec) as own,
        network(path, spec) as alone,
        peer(folder, path, spec, ROUNDS) as lightning,
    ):
        loops = {"ours": own, "network": alone} | epochs | ({"lightning": lightning} if lightning else {})
        seconds = fastest(loops, ROUNDS)
    speeds = {loop: len(data.parts.train) / best for loop, best in seconds.items()}
    beside = [("hand", "a hand-written loop with DataLoader and bucketing", 1.0)]
    if lightning:
        beside.append(("lightning", f"Lightning ({PACKAGES[0]})", 1.3))
    for loop, name, target in beside:
        bound = speeds["network"] / speeds[loop]
        how = f"{HOW}; the network and its optimizer alone would reach {bound:.2f} x"
        yield ratio(what, name, target, speeds["ours"], speeds[loop], how)
