"""The package itself, and beside it what rebuilds the module."""

import json
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

from trainer import columns
from trainer.exporters import File, Source
from trainer.exporters.safetensors import CONFIG, NETWORK, PREPROCESSING, WEIGHTS
from trainer.packaging import networks, package, preprocessing
from trainer.packaging.package import ModelConfig
from trainer.proving.shipping import ship_source


def write(source: Source, folder: Path) -> Sequence[File]:
    """The package is unchanged, so that its SHA-256 is the model version's. Gives the files of the network's parts."""
    copyfile(source.path, folder / WEIGHTS)
    config = {**_parts(source.config), "trainyard": source.config.model_dump(mode="json")}
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    copyfile(preprocessing.__file__, folder / PREPROCESSING)
    sources = _sources(source.config)
    shipped = [name for module, path in sources.items() for name in ship_source(path, f"{module}.py", folder)]
    return [File("source", name, offered=False) for name in dict.fromkeys(shipped) if name != NETWORK]


def _sources(config: ModelConfig) -> dict[str, Path]:
    """The files of the network, of its parts, and of each kind of column's part of the graph, by module."""
    kinds = {f"encode_{block.kind}": Path(columns.module_of(block, "encode").__file__) for block in config.inputs}
    return {
        **networks.sources(config.model, package.inputs(config)),
        **kinds,
        Path(NETWORK).stem: networks.source(config.model),
    }


def _parts(config: ModelConfig) -> dict[str, Any]:
    """What the model is put together of: the encoder of each block, ``Network`` in network.py with its parts and its
    other arguments, and the class of preprocessing.py behind it.
    """
    owner = package.task(config)
    encoders = {
        block.name: {"source": f"encode_{block.kind}", "arguments": block.arguments()} for block in config.inputs
    }
    network = networks.description(config.model, package.inputs(config), owner.outputs)
    last = None if owner.postprocess is None else {"name": owner.postprocess[0], "arguments": owner.postprocess[1]}
    return {"encoders": encoders, "network": network, "postprocess": last}
