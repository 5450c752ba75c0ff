"""safetensors

The weights as training wrote them, their configuration, and the network's source: plain torch loads it, and nothing in it is a pickle.
"""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any, ClassVar

from trainer import catalog
from trainer.component import Component
from trainer.exporters import File, Source

if TYPE_CHECKING:
    import numpy as np

    from trainer.package import ModelConfig

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
NETWORK = "network.py"
NEEDS = "torch safetensors"
PREPROCESSING = Path(__file__).parent.with_name("preprocessing.py")
FILES = (File("safetensors", WEIGHTS), File("config", CONFIG, "Configuration"), File("source", NETWORK, offered=False),
         File("source", PREPROCESSING.name, offered=False))


class Spec(Component):
    """safetensors has nothing to choose."""

    order: ClassVar[int] = 1  # what people come for stands first


def build(spec: Spec, source: Source, folder: Path) -> None:
    """The package itself, unchanged, so that its SHA-256 is the model version's; beside it what rebuilds the module."""
    copyfile(source.path, folder / WEIGHTS)
    config = {"network": _network(source.config), **_ends(source.config), "trainyard": source.config.model_dump(mode="json")}
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    component = catalog.entry("models", source.config.model).module.__file__
    assert component is not None
    copyfile(Path(component).with_name(NETWORK), folder / NETWORK)
    copyfile(PREPROCESSING, folder / PREPROCESSING.name)


def _network(config: "ModelConfig") -> dict[str, Any]:
    """The arguments of ``Network`` in network.py: the component's own fields, and the sizes at both ends."""
    from trainer.package import feature_shape, task

    fields = config.model.model_dump(mode="json", exclude={"name", "version"})
    return {**fields, "inputs": list(feature_shape(config)), "outputs": task(config).outputs}


def _ends(config: "ModelConfig") -> dict[str, Any]:
    """The classes of preprocessing.py on both sides of the network, with their arguments."""
    from trainer.package import preprocess_arguments, task

    ends = {"preprocess": preprocess_arguments(config.inputs), "postprocess": task(config).postprocess}
    return {place: None if end is None else {"name": end[0], "arguments": end[1]} for place, end in ends.items()}


def load(folder: str) -> "Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]":
    """The model as a function from float32 rows to its answers. Needs torch and safetensors."""
    import json
    import sys

    import torch
    from safetensors.torch import load_file

    sys.path.insert(0, folder)
    import network  # type: ignore[import-not-found]
    import preprocessing  # type: ignore[import-not-found]

    with open(f"{folder}/config.json", encoding="utf-8") as file:
        config = json.load(file)
    before, after = config["preprocess"], config["postprocess"]
    model = preprocessing.RawModel(
        getattr(preprocessing, before["name"])(**before["arguments"]),
        network.Network(**config["network"]),
        getattr(preprocessing, after["name"])(**after["arguments"]) if after else torch.nn.Identity())
    weights = load_file(f"{folder}/model.safetensors")
    model.to(next(tensor.dtype for tensor in weights.values() if tensor.is_floating_point()))
    model.load_state_dict(weights)
    model.eval()
    dtype = next(model.parameters()).dtype

    def run(rows: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        with torch.inference_mode():
            return model(torch.from_numpy(rows).to(dtype)).numpy()  # type: ignore[no-any-return]

    return run
