"""``load(folder)`` gives a function from raw rows by block to answers. It needs: numpy torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Array = np.ndarray[Any, np.dtype[Any]]


def load(folder: str) -> Callable[[dict[str, Array]], Array]:
    """The model as a function from raw rows by block to its answers."""
    model = torch.jit.load(f"{folder}/model.torchscript.pt", map_location="cpu")

    def run(rows: dict[str, Array]) -> Array:
        with torch.inference_mode():
            answers: Array = model({name: torch.from_numpy(values) for name, values in rows.items()}).numpy()
            return answers

    return run
