"""safetensors

The weights as training wrote them, their configuration, and the network's source: plain torch loads it, and nothing in
it is a pickle.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from trainer.component import Component
from trainer.exporters import File, Source

WEIGHTS, CONFIG = "model.safetensors", "config.json"
NETWORK, PREPROCESSING = "network.py", "preprocessing.py"
NEEDS = "torch safetensors"
FILES = (
    File("safetensors", WEIGHTS),
    File("config", CONFIG, "Configuration"),
    File("source", NETWORK, offered=False),
    File("source", PREPROCESSING, offered=False),
)


class Spec(Component):
    """safetensors has nothing to choose."""

    order: ClassVar[int] = 1  # what people come for stands first


def build(spec: Spec, source: Source, folder: Path) -> Sequence[File]:
    from trainer.exporters.safetensors.write import write

    return write(source, folder)
