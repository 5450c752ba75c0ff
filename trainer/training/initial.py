"""Weights that parts of a network take from assets before the first step.

A part whose Spec names an asset has a module ``initial`` in its folder, with ``fill(spec, module, block, assets)``: it
puts into the part's ``Network`` what it takes from the file, and returns what the run's log is to say of it. ``block``
is the block that the part encodes, None where it is not for one. All ranks do the same.
"""

from collections.abc import Iterable

from trainer import asset, catalog
from trainer.attempt.assets import Assets
from trainer.attempt.events import Log
from trainer.packaging import networks, package
from trainer.packaging.package import ModelConfig
from trainer.packaging.preprocessing import RawModel


def fill(config: ModelConfig, model: RawModel, assets: Assets) -> list[Log]:
    """What the parts say. Raises TrainerError where an asset does not suit after all."""
    blocks, logs = {block.name: block for block in config.inputs}, list[Log]()
    for part, name, module in networks.modules(config.model, package.inputs(config), model.network):
        if any(asset.references(part.spec)):
            take = catalog.part(part.family, part.spec, "initial").fill
            lines: Iterable[Log] = take(part.spec, module, blocks.get(name), assets)
            logs += lines
    return logs
