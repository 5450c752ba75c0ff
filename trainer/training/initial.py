"""Weights that parts of a network take from assets before the first step.

A part whose Spec names an asset has a module ``initial`` in its folder, with ``fill(spec, module, block, assets)``: it
puts into the part's ``Network`` what it takes from the file. ``block`` is the block that the part encodes, None where
it is not for one.
"""

from trainer import asset, catalog
from trainer.attempt.assets import Assets
from trainer.packaging import networks, package
from trainer.packaging.package import ModelConfig
from trainer.packaging.preprocessing import RawModel


def fill(config: ModelConfig, model: RawModel, assets: Assets) -> None:
    """Raises TrainerError where an asset does not suit after all."""
    blocks = {block.name: block for block in config.inputs}
    for part, name, module in networks.modules(config.model, package.inputs(config), model.network):
        if any(asset.references(part.spec)):
            catalog.part(part.family, part.spec, "initial").fill(part.spec, module, blocks.get(name), assets)
