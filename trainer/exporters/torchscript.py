"""TorchScript

The whole model as one file that torch runs without its Python code, in C++ too.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.component import Component
from trainer.exporters import File, Source

if TYPE_CHECKING:
    import numpy as np

NAME = "model.torchscript.pt"


class Spec(Component):
    """TorchScript has nothing to choose."""


def build(spec: Spec, source: Source, folder: Path) -> tuple[File, ...]:
    """Script the raw-in module. Scripting, not tracing: a trace keeps only the path that one example took."""
    import torch

    assert source.module is not None
    torch.jit.save(torch.jit.script(source.module), str(folder / NAME))
    return (File("torchscript", NAME),)


def load(folder: str) -> "Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]":
    """The model as a function from float32 rows to its answers. Needs torch."""
    import torch

    model = torch.jit.load(f"{folder}/model.torchscript.pt", map_location="cpu")  # type: ignore[no-untyped-call]

    def run(rows: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        with torch.inference_mode():
            return model(torch.from_numpy(rows)).numpy()  # type: ignore[no-any-return]

    return run
