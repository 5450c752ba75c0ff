"""ONNX

One graph that ONNX Runtime and most serving systems run, without torch. It takes any number of rows at once.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any, ClassVar

from trainer.component import Component, Form
from trainer.exporters import File, Source

if TYPE_CHECKING:
    import numpy as np
    import onnx
    import torch

NAME = "model.onnx"
FILES = (File("onnx", NAME),)
NEEDS = "onnxruntime"
OPSET = 20  # ONNX 1.15, ONNX Runtime 1.17 (2024) and newer


class Spec(Component):
    """ONNX has nothing to choose."""

    forms: ClassVar[frozenset[Form]] = frozenset({"torch", "onnx"})
    order: ClassVar[int] = 3


def build(spec: Spec, source: Source, folder: Path) -> Sequence[File]:
    """Write the graph with its preprocessing; a version that is ONNX already is offered as it is."""
    if source.form == "onnx":
        copyfile(source.path, folder / NAME)
    else:
        write(source, folder / NAME)
    return ()


def write(source: Source, path: Path, **metadata: str) -> None:
    """Export the raw-in module as a graph whose batch and lengths are free, and describe it in its metadata."""
    import onnx
    import torch

    from trainer.packaging.preprocessing import Positional

    assert source.module is not None
    program = torch.onnx.export(
        Positional(source.module, list(source.example)),
        tuple(source.example.values()),
        dynamo=True,
        opset_version=OPSET,
        verbose=False,
        input_names=list(source.example),
        output_names=[source.preprocess["output"]["name"]],
        dynamic_shapes=(_free(source),),
    )
    assert program is not None
    graph = program.model_proto
    _forget_origins(graph)
    onnx.helper.set_model_props(
        graph, {"preprocess": json.dumps(source.preprocess), "trainyard": source.config.model_dump_json(), **metadata}
    )
    onnx.save(graph, str(path))


def _free(source: Source) -> "tuple[dict[int, torch.export.Dim], ...]":
    """The dimensions of each input that differ from batch to batch."""
    import torch

    batch, shapes = torch.export.Dim("batch", min=1), {block.name: block.shape for block in source.config.inputs}
    return tuple(
        {
            0: batch,
            **{
                place: torch.export.Dim(f"{name}_{place}", min=1)
                for place, size in enumerate(shapes.get(name, ()), 1)
                if size is None
            },
        }
        for name in source.example
    )


def _forget_origins(model: "onnx.ModelProto") -> None:
    """Drop what the exporter notes of each node's source lines: it would tell where on this machine the code stood."""
    for node in (*model.graph.node, *(node for function in model.functions for node in function.node)):
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer):
        value.ClearField("metadata_props")
        value.ClearField("doc_string")
    model.graph.ClearField("metadata_props")


def load(folder: str) -> "Callable[[dict[str, np.ndarray[Any, Any]]], np.ndarray[Any, Any]]":
    """The model as a function from raw rows by block to its answers. Needs onnxruntime."""
    import os

    # It would keep a file in the home folder, and report to its makers.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]

    def run(rows: "dict[str, np.ndarray[Any, Any]]") -> "np.ndarray[Any, Any]":
        return session.run(None, {name: rows[name] for name in names})[0]  # type: ignore[no-any-return]

    return run
