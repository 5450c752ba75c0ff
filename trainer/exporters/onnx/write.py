"""The graph of a model, its preprocessing included."""

import json
import warnings
from pathlib import Path

import onnx
import torch

from trainer.exporters import Source
from trainer.exporters.onnx.recurrent import operators
from trainer.packaging.preprocessing import Positional

OPSET = 20  # ONNX 1.15, ONNX Runtime 1.17 (2024) and newer


def write(source: Source, path: Path, **metadata: str) -> None:
    """Export the raw-in module as a graph whose batch and lengths are free, and describe it in its metadata."""
    assert source.module is not None
    with operators(source.module), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "# The axis name")  # that all inputs have one batch is meant so
        program = torch.onnx.export(
            Positional(source.module, list(source.example)).eval(),
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


def _free(source: Source) -> tuple[dict[int, torch.export.Dim], ...]:
    """The dimensions of each input that differ from batch to batch."""
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


def _forget_origins(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes of each node's source lines: it would tell where on this machine the code stood."""
    for node in (*model.graph.node, *(node for function in model.functions for node in function.node)):
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer):
        value.ClearField("metadata_props")
        value.ClearField("doc_string")
    model.graph.ClearField("metadata_props")
