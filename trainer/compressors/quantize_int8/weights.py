"""Weights that are stored as 8-bit integers and become floats when they are used."""

from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper

CELLS = frozenset({"GRU", "RNN"})  # ONNX Runtime computes neither with integers
WEIGHTS = (1, 2)  # places among the inputs of a cell: [directions, gates x units, features]
UNITS_AXIS = 1
LARGEST = 127


def store_small(path: Path) -> None:
    """Store the weights of such cells so, with a scale for each unit of each gate."""
    model = onnx.load(str(path))
    for node in [node for node in model.graph.node if node.op_type in CELLS]:
        for place in WEIGHTS:
            _store(model, node, place)
    onnx.save(model, str(path))


def _store(model: ModelProto, node: NodeProto, place: int) -> None:
    graph, name = model.graph, node.input[place]
    tensor = next((tensor for tensor in graph.initializer if tensor.name == name), None)
    if tensor is None:
        return
    values = numpy_helper.to_array(tensor)
    scale = (np.abs(values).max((0, 2)) / LARGEST).astype(np.float32)
    scale[scale == 0] = 1
    small = np.rint(values / scale[:, None]).astype(np.int8)
    graph.initializer.remove(tensor)
    graph.initializer.extend(
        [numpy_helper.from_array(small, f"{name}_int8"), numpy_helper.from_array(scale, f"{name}_scale")]
    )
    graph.node.insert(
        0, helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=UNITS_AXIS)
    )
