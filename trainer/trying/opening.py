"""Opening an exported graph, which says itself what it takes and what its answers mean."""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # it would keep a file in the home folder, and report to its makers
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # no threads, beside which this process could not be forked

import onnxruntime
from pydantic import TypeAdapter

from trainer import columns
from trainer.catalog import listing
from trainer.columns import AnyBlock, Block
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.proving.raw_batches import read_cells

THREADS = 1
ERRORS = 3  # what the runtime prints: errors and worse
_block: TypeAdapter[Block] = TypeAdapter(AnyBlock)


@dataclass(frozen=True)
class Input:
    """What the graph takes of the columns of a block, and how readers read it."""

    block: Block
    description: dict[str, Any]


@dataclass(frozen=True)
class Model:
    """``run`` gives the answers [B, …] of raw rows by block; ``output`` says what an answer is, and ``task`` is the
    module that knows more of it: the ``outcome`` of the task.
    """

    run: Callable[[dict[str, Array]], Array]
    inputs: tuple[Input, ...]
    output: dict[str, Any]
    task: Any


def opened(content: bytes) -> Model:
    """The graph in a file's content. It works on one thread, so that this process may be forked. Raises TrainerError
    where it is none of ours.
    """
    session = _session(content)
    names = [tensor.name for tensor in session.get_inputs()]
    properties = session.get_modelmeta().custom_metadata_map
    try:
        config, preprocess = json.loads(properties["trainyard"]), json.loads(properties["preprocess"])
        blocks = [_block.validate_python(block) for block in config["inputs"]]
        inputs = tuple(map(Input, blocks, preprocess["inputs"]))
        output, task = preprocess["output"], listing("tasks")[config["task"]["name"]].module
    except (KeyError, TypeError, ValueError) as error:
        raise damaged() from error

    def run(rows: dict[str, Array]) -> Array:
        answers: Array = session.run(None, {name: rows[name] for name in names})[0]
        return answers

    _rehearse(inputs)
    return Model(run=run, inputs=inputs, output=output, task=import_module(f"{task.__name__}.outcome"))


def _rehearse(inputs: Sequence[Input]) -> None:
    """Read a row of missing values: what readers keep for the next rows is there before this process is forked."""
    for one in inputs:
        with suppress(ValueError, OSError):  # not every kind has something for what is missing
            reader = columns.module_of(one.block, "read")
            read_cells(reader, [[None] for _ in one.block.column_names], one.description, Path())


def _session(content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = ERRORS
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's errors have no class in common but this
        raise damaged() from error


def damaged() -> TrainerError:
    """For what is no graph of ours, or not what was stored."""
    return TrainerError(
        "export_damaged", "The exported model is damaged and was not used. Make the download again, and try that one."
    )
