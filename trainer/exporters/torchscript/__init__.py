"""TorchScript

The whole model as one file that torch runs without its Python code, in C++ too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from trainer.component import Component
from trainer.exporters import File, Source

NAME = "model.torchscript.pt"
FILES = (File("torchscript", NAME),)
NEEDS = "torch"


class Spec(Component):
    """TorchScript has nothing to choose."""

    order: ClassVar[int] = 2


def build(spec: Spec, source: Source, folder: Path) -> Sequence[File]:
    from trainer.exporters.torchscript.write import write

    assert source.module is not None
    write(source.module, folder / NAME)
    return ()
