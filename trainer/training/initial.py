"""Weights that parts of a network take from assets before the first step.

A part whose Spec names an asset has a module ``initial`` in its folder, with ``fill(spec, module, block, assets,
data)``: it puts into the part's ``Network`` what it takes from the file, and says so in a Filling. ``block`` is the
block that the part encodes, None where it is not for one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trainer import asset, catalog
from trainer.attempt.assets import Assets
from trainer.columns import Block
from trainer.data.rows import Rows
from trainer.packaging import networks, package
from trainer.packaging.package import ModelConfig
from trainer.packaging.preprocessing import RawModel
from trainer.parts import Part
from trainer.report import Scalar

Sentence = tuple[str, dict[str, Any]]  # a message identifier, and what fills its gaps


@dataclass(frozen=True)
class Filling:
    """What there is to say of a part that was filled: in the log, and in the report."""

    sentence: Sentence
    scalars: tuple[Scalar, ...] = ()


def fill(config: ModelConfig, model: RawModel, assets: Assets, data: Rows) -> Iterator[Filling]:
    """What there is to say of each. Raises TrainerError where an asset does not suit after all."""
    for part, module in networks.modules(config.model, package.inputs(config), model.network):
        if any(asset.references(part.spec)):
            initial = catalog.part(part.family, part.spec, "initial")
            yield initial.fill(part.spec, module, _block(part, config), assets, data)


def _block(part: Part, config: ModelConfig) -> Block | None:
    """The one that the part encodes, whether it is the only encoder of its model or one of several."""
    blocks = [block for block in config.inputs if block.name in part.arguments.get("inputs", ())]
    return blocks[0] if len(blocks) == 1 else None
