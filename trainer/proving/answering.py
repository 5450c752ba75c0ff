"""A model version of either form as one function from raw rows to answers, on the processor, with fixed threads."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from trainer.component import Form
from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.packaging import package

PIECE = 256

Batch = dict[str, Array]  # by block
Model = Callable[[Batch], Array]


def model(path: Path, form: Form, threads: int) -> Model:
    """The version in ``path``; it sets how many threads torch may use in this process."""
    return _onnx(path, threads) if form == "onnx" else _torch(path, threads)


def _torch(path: Path, threads: int) -> Model:
    torch.set_num_threads(threads)
    module = package.module(*package.load(path)).eval()
    dtype = next(module.parameters()).dtype

    def run(rows: Batch) -> Array:
        tensors = {name: torch.from_numpy(values) for name, values in rows.items()}
        with torch.inference_mode():
            answer: Array = module(
                {name: values.to(dtype) if values.is_floating_point() else values for name, values in tensors.items()}
            ).numpy()
            return answer

    return run


def _onnx(path: Path, threads: int) -> Model:
    import onnxruntime  # slow to import, and most attempts never need it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]

    def run(rows: Batch) -> Array:
        answer: Array = session.run(None, {name: rows[name] for name in names})[0]
        return answer

    return run


def raw(data: Rows, part: Indices) -> Batch:
    """The raw rows of ``part`` as a model takes them: bytes of pictures as float32, too."""
    arrays: dict[str, Array] = {name: values.numpy() for name, values in data.batch(part).items()}
    return {name: values.astype(np.float32) if values.dtype == np.uint8 else values for name, values in arrays.items()}


def answers(run: Model, data: Rows, part: Indices) -> Array:
    """What the model answers for the rows of ``part``, [N, …]: for some rows, with thousands of classes."""
    return np.concatenate([run(raw(data, piece)) for piece in data.pieces(part, PIECE)])


def decisions(run: Model, data: Rows, part: Indices) -> Array:
    """What the model decides on the rows of ``part``, [N, …]; memory holds the answers of one piece of them
    at a time.
    """
    return np.concatenate([data.task.decide(run(raw(data, piece))) for piece in data.pieces(part, PIECE)])
