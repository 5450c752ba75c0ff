"""``load(folder)`` gives a function from raw rows by block to answers. It needs: numpy torch safetensors."""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

Array = np.ndarray[Any, np.dtype[Any]]


def load(folder: str) -> Callable[[dict[str, Array]], Array]:
    """The model as a function from raw rows by block to its answers."""
    sys.path.insert(0, folder)  # network.py and what it is put together of
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        model = build(json.load(file))
    weights = load_file(f"{folder}/model.safetensors")
    dtype = next(tensor.dtype for tensor in weights.values() if tensor.is_floating_point())
    model.to(dtype)
    model.load_state_dict(weights)
    model.eval()

    def run(rows: dict[str, Array]) -> Array:
        tensors = {name: torch.from_numpy(values) for name, values in rows.items()}
        batch = {name: values.to(dtype) if values.is_floating_point() else values for name, values in tensors.items()}
        with torch.inference_mode():
            answers: Array = model(batch).numpy()
            return answers

    return run


def build(config: dict[str, Any]) -> torch.nn.Module:
    """The model of a configuration, with fresh weights: encoders of the raw values, the network, and what follows."""
    preprocessing, network, last = import_module("preprocessing"), config["network"], config["postprocess"]
    model: torch.nn.Module = preprocessing.RawModel(
        {name: _component("Encode", encoder) for name, encoder in config["encoders"].items()},
        import_module("network").Network(**_parts(network["parts"]), **network["arguments"]),
        getattr(preprocessing, last["name"])(**last["arguments"]) if last else torch.nn.Identity(),
    )
    return model


def _parts(description: dict[str, Any]) -> Any:
    """A part of the network by its description, or one for each block by its name."""
    if "source" in description:
        return _component("Network", description)
    return {name: _parts(part) for name, part in description.items()}


def _component(name: str, description: dict[str, Any]) -> Any:
    return getattr(import_module(description["source"]), name)(**description["arguments"])
