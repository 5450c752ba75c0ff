"""safetensors

The weights as training wrote them, their configuration, and the network's source: plain torch loads it, and nothing in
it is a pickle.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any, ClassVar

from trainer import columns
from trainer.component import Component
from trainer.exporters import File, Source

if TYPE_CHECKING:
    import numpy as np

    from trainer.packaging.package import ModelConfig

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
NETWORK = Path("network.py")
NEEDS = "torch safetensors"
PREPROCESSING = Path(__file__).parents[1] / "packaging" / "preprocessing.py"
FILES = (
    File("safetensors", WEIGHTS),
    File("config", CONFIG, "Configuration"),
    File("source", NETWORK.name, offered=False),
    File("source", PREPROCESSING.name, offered=False),
)


class Spec(Component):
    """safetensors has nothing to choose."""

    order: ClassVar[int] = 1  # what people come for stands first


def build(spec: Spec, source: Source, folder: Path) -> Sequence[File]:
    """The package itself, unchanged, so that its SHA-256 is the model version's; beside it what rebuilds the module."""
    copyfile(source.path, folder / WEIGHTS)
    config = {**_parts(source.config), "trainyard": source.config.model_dump(mode="json")}
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    copyfile(PREPROCESSING, folder / PREPROCESSING.name)
    sources = _sources(source.config)
    for module, path in sources.items():
        copyfile(path, folder / f"{module}.py")
    return [File("source", f"{module}.py", offered=False) for module in sources if module != NETWORK.stem]


def _sources(config: "ModelConfig") -> dict[str, Path]:
    """The files of the network, of its parts, and of each kind of column's part of the graph, by module."""
    from trainer.packaging import networks, package

    kinds = {f"encode_{block.kind}": Path(columns.module_of(block, "encode").__file__) for block in config.inputs}
    return {
        **networks.sources(config.model, package.inputs(config)),
        **kinds,
        NETWORK.stem: networks.source(config.model),
    }


def _parts(config: "ModelConfig") -> dict[str, Any]:
    """What the model is put together of: the encoder of each block, ``Network`` in network.py with its parts and its
    other arguments, and the class of preprocessing.py behind it.
    """
    from trainer.packaging import networks, package

    owner = package.task(config)
    encoders = {
        block.name: {"source": f"encode_{block.kind}", "arguments": block.arguments()} for block in config.inputs
    }
    network = networks.description(config.model, package.inputs(config), owner.outputs)
    last = None if owner.postprocess is None else {"name": owner.postprocess[0], "arguments": owner.postprocess[1]}
    return {"encoders": encoders, "network": network, "postprocess": last}


def load(folder: str) -> "Callable[[dict[str, np.ndarray[Any, Any]]], np.ndarray[Any, Any]]":
    """The model as a function from raw rows by block to its answers. Needs torch and safetensors."""
    import importlib
    import json
    import sys

    import torch
    from safetensors.torch import load_file

    sys.path.insert(0, folder)
    preprocessing = importlib.import_module("preprocessing")
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        config = json.load(file)

    def part(description: "dict[str, Any]") -> "Any":
        if "source" in description:
            return importlib.import_module(description["source"]).Network(**description["arguments"])
        return {name: part(own) for name, own in description.items()}  # one a block

    encoders = {
        name: importlib.import_module(part["source"]).Encode(**part["arguments"])
        for name, part in config["encoders"].items()
    }
    last = config["postprocess"]
    model = preprocessing.RawModel(
        encoders,
        importlib.import_module("network").Network(
            **part(config["network"]["parts"]), **config["network"]["arguments"]
        ),
        getattr(preprocessing, last["name"])(**last["arguments"]) if last else torch.nn.Identity(),
    )
    weights = load_file(f"{folder}/model.safetensors")
    model.to(next(tensor.dtype for tensor in weights.values() if tensor.is_floating_point()))
    model.load_state_dict(weights)
    model.eval()
    dtype = next(model.parameters()).dtype

    def run(inputs: "dict[str, np.ndarray[Any, Any]]") -> "np.ndarray[Any, Any]":
        tensors = {name: torch.from_numpy(values) for name, values in inputs.items()}
        with torch.inference_mode():
            batch = {name: rows.to(dtype) if rows.is_floating_point() else rows for name, rows in tensors.items()}
            return model(batch).numpy()  # type: ignore[no-any-return]

    return run
