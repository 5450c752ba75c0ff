"""``load(folder)`` gives a function from raw rows by block to answers. It needs: numpy onnxruntime."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # it would keep a file in the home folder, and report to its makers

import onnxruntime

Array = np.ndarray[Any, np.dtype[Any]]


def load(folder: str) -> Callable[[dict[str, Array]], Array]:
    """The model as a function from raw rows by block to its answers."""
    session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]

    def run(rows: dict[str, Array]) -> Array:
        answers: Array = session.run(None, {name: rows[name] for name in names})[0]
        return answers

    return run
