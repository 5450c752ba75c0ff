"""Models of texts, made smaller and exported: what is taken out, what becomes integers, and that lengths stay free."""

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from tests.trainer import mixed, samples
from trainer import catalog
from trainer.compressors.prune_channels.stage import prune
from trainer.data.prepared import Prepared
from trainer.data.rows import of_model
from trainer.exporters.onnx.recurrent import operators
from trainer.layers.recurrent import Recurrent
from trainer.model import ModelSpec
from trainer.packaging import networks, package
from trainer.parts import Input
from trainer.proving import answering

INPUTS = {"note": Input("tokens", (None,), ("note",), "note_lengths", vocabulary=50, longest=20)}
TEXT_MODELS = [name for name, entry in catalog.listing("models").items() if entry.spec.takes([mixed.FEATURES[-1]])]  # type: ignore[attr-defined]
LONGEST = 12
ODD_TEXTS = ["", "😀👍🏽", "the flat is a", "the flat is large and quiet", "‏עברית", "large"]
BATCHES = [(1, 1), (1, 30), (5, 9)]


def spec_of(model: str, **fields: Any) -> ModelSpec:
    named = {**mixed.small(model), **fields}
    return cast(ModelSpec, catalog.default("models", model).replaced(**named))


def fresh(spec: ModelSpec) -> nn.Module:
    torch.manual_seed(0)
    return networks.network(spec, INPUTS, 2).eval()


def batch(rows: int = 3, longest: int = 7) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(rows)
    lengths = torch.randint(1, longest + 1, (rows,), generator=generator)
    lengths[0] = longest
    tokens = torch.randint(1, 50, (rows, longest), generator=generator)
    return {"note": tokens * (torch.arange(longest) < lengths.unsqueeze(1)), "note_lengths": lengths}


def test_there_are_models_of_texts() -> None:
    assert {"text_bag", "text_cnn", "rnn", "transformer_encoder", "fusion"} <= set(TEXT_MODELS)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        *[(model, {}) for model in TEXT_MODELS],
        *[("text_cnn", {"longest_gram": longest}) for longest in (1, 3)],
        *[("rnn", {"cell": cell, "depth": 2, "pooling": "attention"}) for cell in ("plain", "gru", "lstm")],
        ("rnn", {"both_directions": False, "pooling": "last"}),
        ("transformer_encoder", {"norm": "after", "positions": "learned", "pooling": "class_token"}),
    ],
)
def test_a_pruned_network_is_read_back_and_answers_the_same(model: str, fields: dict[str, Any]) -> None:
    spec = spec_of(model, **fields)
    network = fresh(spec)
    before = size_of(network)
    prune(spec, INPUTS, network, 0.5)
    assert size_of(network) < before
    rebuilt = networks.network(networks.narrowed(spec, INPUTS, network), INPUTS, 2).eval()
    rebuilt.load_state_dict(network.state_dict())
    torch.testing.assert_close(rebuilt(batch()), network(batch()))


def size_of(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("cell", ["plain", "gru", "lstm"])
def test_units_that_tell_nothing_go_and_the_answers_stay(cell: str) -> None:
    """Of each layer and direction every other unit, whose state nothing takes."""
    spec = spec_of("rnn", cell=cell, depth=2, pooling="last")
    network = fresh(spec)
    first, second = (layer for layer in network.modules() if isinstance(layer, Recurrent))
    with torch.no_grad():
        for layer, takers in [(first, weights(second, "weight_ih_l0")), (second, [cast(Tensor, network.head.weight)])]:  # type: ignore[union-attr]
            for values in [*weights(layer, "weight_hh_l0"), *takers]:
                values[:, 1::2] = 0
        first_embedding(network).weight[:, 1::2] = 0
        for values in weights(first, "weight_ih_l0"):
            values[:, 1::2] = 0
    before = network(batch())
    prune(spec, INPUTS, network, 0.5)
    assert networks.narrowed(spec, INPUTS, network).model_dump()["units"] == 4
    torch.testing.assert_close(network(batch()), before)


def weights(layer: nn.Module, name: str) -> list[Tensor]:
    return [getattr(cell, name) for cell in layer.modules() if isinstance(cell, nn.RNNBase)]


def first_embedding(network: nn.Module) -> nn.Embedding:
    return next(layer for layer in network.modules() if isinstance(layer, nn.Embedding))


@pytest.mark.parametrize(("cell", "both"), [("plain", True), ("gru", True), ("lstm", False)])
def test_a_recurrent_layer_is_one_operator_for_any_length(cell: str, both: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    layer = Recurrent(cell, 3, 4, both).eval()
    rows, steps = torch.export.Dim("rows", min=1), torch.export.Dim("steps", min=1)
    with operators(whole := nn.ModuleList([layer])):
        program = torch.onnx.export(
            Taking(whole),
            (torch.zeros(2, 5, 3), torch.tensor([5, 4])),
            dynamo=True,
            verbose=False,
            dynamic_shapes=({0: rows, 1: steps}, {0: rows}),
        )
    assert whole[0].forth is layer.forth, "the layers are back in their place"
    assert program is not None
    program.save(str(tmp_path / "layer.onnx"))
    session = onnxruntime.InferenceSession(str(tmp_path / "layer.onnx"))
    names = [taken.name for taken in session.get_inputs()]
    for number, length in BATCHES:
        taken = torch.randn(number, length, 3), batch(number, length)["note_lengths"]
        given = {name: values.numpy() for name, values in zip(names, taken, strict=False)}
        np.testing.assert_allclose(session.run(None, given)[0], layer(*taken).detach().numpy(), atol=1e-6)
    kinds = [node.op_type for node in onnx.load(str(tmp_path / "layer.onnx")).graph.node]
    assert kinds.count({"plain": "RNN"}.get(cell, cell.upper())) == 1 + both
    assert "Loop" not in kinds and "Scan" not in kinds


class Taking(nn.Module):
    """The first of some layers, which may be another tomorrow."""

    def __init__(self, layers: nn.ModuleList) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, steps: Tensor, lengths: Tensor) -> Tensor:
        states: Tensor = self.layers[0](steps, lengths)
        return states


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed.write(tmp_path_factory.mktemp("mixed") / "prepared.safetensors", rows=300)


def trained(folder: Path, prepared: Path, features: Sequence[str], **spec: Any) -> dict[str, Path]:
    task = {"name": "classification", "target": "class", "features": features}
    learning = {"task": task, "epochs": 2, "batch_size": 32, "exporters": [], **spec}
    done = samples.attempt(folder, "train", learning, {"prepared": prepared})
    return {"prepared": prepared, "model": done.output("model.safetensors")}


@pytest.mark.parametrize(
    ("model", "ranges"),
    [
        ("text_bag", "static"),
        *product(["text_cnn", "rnn", "transformer_encoder", "fusion"], ["static", "dynamic"]),
    ],
)
def test_a_model_of_texts_is_pruned_and_quantized_and_its_export_runs(
    model: str, ranges: str, prepared: Path, tmp_path: Path
) -> None:
    features = ["size", "front", "note"] if model == "fusion" else ["note"]
    encoders = [{"name": "layers"}, {"name": "convolutions"}, mixed.small("text_bag")]
    fields = {"encoders": encoders} if model == "fusion" else {}
    inputs = trained(tmp_path / "train", prepared, features, model={**mixed.small(model), **fields})
    stages = [
        {"name": "prune_channels", "epochs": 1, "least_steps": 1},
        {"name": "quantize_int8", "ranges": ranges, "accuracy_loss": 1.0},
    ]
    compressed = samples.attempt(tmp_path / "compress", "compress", {"stages": stages}, inputs)
    original, pruned, quantized = compressed.report["stages"]
    assert pruned["parameters"] < original["parameters"]
    assert quantized["cost"]["agreement"] > 0.8
    assert quantized["float_latency_ms"].keys() == quantized["latency_ms"].keys() == {"1", "32"}
    version = compressed.output("stage-2-quantize_int8.onnx")
    floats = [
        tensor.name
        for tensor in onnx.load(str(version)).graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) > 1 and min(tensor.dims) > 1
    ]
    assert not floats, "what is a table of weights is one of integers"
    require_no_neighbours(version, inputs["model"], prepared)
    inputs = {**inputs, "model": version}
    exported = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["lossy"], exported.report["exports"]


def require_no_neighbours(version: Path, trained_model: Path, prepared: Path) -> None:
    """A row is answered the same whatever rows are beside it."""
    config, _ = package.load(trained_model)
    data = of_model(config, Prepared.open(prepared))
    part, run = data.parts.test, answering.model(version, "onnx", threads=1)
    batch = answering.raw(data, part)
    alone = [run({name: values[row : row + 1] for name, values in batch.items()}) for row in range(len(part))]
    np.testing.assert_allclose(run(batch), np.concatenate(alone), atol=1e-6)


def test_every_format_answers_the_same_of_odd_texts(prepared: Path, tmp_path: Path) -> None:
    """By a plain cell, which torch's own exporter would fix at the length that it traced."""
    inputs = trained(
        tmp_path / "train",
        prepared,
        ["note"],
        model={**mixed.small("rnn"), "cell": "plain", "pooling": "attention"},
        tokenizers=[{"name": "byte_pair", "longest": LONGEST, "vocabulary": 60}],
    )
    formats = ("onnx", "torchscript", "safetensors")
    exporters = {"exporters": [{"name": name} for name in formats]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"] * 3, exported.report["exports"]
    out, texts = exported.folder / "out", [*ODD_TEXTS, "large " * 500, " ".join(["large"] * LONGEST)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"note": text}) + "\n" for text in texts))
    with (tmp_path / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("number", "note"), *enumerate(texts)])
    expected = answers(out, formats[0], tmp_path / "rows.jsonl")
    assert len(expected) == len(texts)
    assert expected[-1] == pytest.approx(expected[-2]), "what is beyond the longest counts nothing"
    assert expected[1] != pytest.approx(expected[5])
    for name, rows in [(formats[0], "rows.csv"), (formats[1], "rows.jsonl"), (formats[2], "rows.csv")]:
        for mine, other in zip(answers(out, name, tmp_path / rows), expected, strict=True):
            assert mine == pytest.approx(other, abs=1e-4)
    (out / "tokenizers.py").write_text("raise ImportError('not here')")
    done = predicted(out, "onnx", tmp_path / "rows.jsonl")
    assert done.returncode == 1
    assert "cut by the library tokenizers, which is not installed: pip install tokenizers" in done.stderr
    assert "Traceback" not in done.stderr
    assert "pip install numpy onnxruntime tokenizers" in (out / "README.md").read_text()


def answers(out: Path, name: str, rows: Path) -> list[list[float]]:
    """The probabilities of each row."""
    done = predicted(out, name, rows)
    assert done.returncode == 0, done.stderr
    return [list(json.loads(line)["probabilities"].values()) for line in done.stdout.splitlines()]


def predicted(out: Path, name: str, rows: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "predict.py", f"run_{name}.py", str(rows)],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
