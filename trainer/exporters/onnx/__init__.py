"""ONNX

One graph that ONNX Runtime and most serving systems run, without torch. It takes any number of rows at once.
"""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import ClassVar

from trainer.component import Component, Form
from trainer.exporters import File, Source

NAME = "model.onnx"
FILES = (File("onnx", NAME),)
NEEDS = "onnxruntime"


class Spec(Component):
    """ONNX has nothing to choose."""

    forms: ClassVar[frozenset[Form]] = frozenset({"torch", "onnx"})
    order: ClassVar[int] = 3


def build(spec: Spec, source: Source, folder: Path) -> Sequence[File]:
    """Write the graph with its preprocessing; a version that is ONNX already is offered as it is."""
    if source.form == "onnx":
        copyfile(source.path, folder / NAME)
    else:
        from trainer.exporters.onnx.write import write

        write(source, folder / NAME)
    return ()
