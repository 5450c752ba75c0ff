"""Prune channels

Takes out the channels and neurons with the smallest weights, for real: the network becomes narrower. Then trains on,
until what remains has taken over.
"""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.compressors import Bench, CompressorSpec, RefusedError, Training, Version, compressed

if TYPE_CHECKING:
    from trainer.packaging.package import ModelConfig
    from trainer.packaging.preprocessing import RawModel

NAME = "pruned.safetensors"


class Spec(CompressorSpec):
    order: ClassVar[int] = 1  # what makes the network smaller goes before what changes its numbers

    ratio: float = Field(
        0.5,
        gt=0,
        le=0.95,
        title="Part to remove",
        json_schema_extra={"unit": "share"},
        description="Of the channels of each layer but the last.",
    )
    epochs: int = Field(
        4,
        ge=1,
        le=100_000,
        title="Epochs of fine-tuning",
        description="Pruning alone ruins the answers; training on repairs them. The best epoch is kept.",
    )
    least_steps: int = Field(
        300,
        ge=1,
        le=1_000_000,
        title="Fewest steps of fine-tuning",
        json_schema_extra={"unit": "steps"},
        description="Small data are seen more often than the epochs say, until so many steps are done.",
    )
    learning_rate: float = Field(
        1e-3, gt=0, le=10, title="Learning rate of fine-tuning", description="At its highest; AdamW, cosine."
    )

    def training(self) -> Training:
        return Training(self.epochs, self.least_steps, self.learning_rate)


def build(spec: Spec, version: Version, bench: Bench) -> Version:
    """Prune by torch-pruning, dependencies considered (Fang et al. 2023), fine-tune, and save with the new widths."""
    from trainer.packaging import networks, package

    config, state = package.load(version.path)
    model, inputs = package.module(config, state), package.inputs(config)
    whole = networks.narrowed(config.model, inputs, model.network)
    prune(model, config, spec.ratio)
    narrower = config.model_copy(update={"model": networks.narrowed(config.model, inputs, model.network)})
    if narrower.model == whole:
        raise RefusedError(
            "nothing_to_prune",
            "No layer is wide enough to lose a channel; prune a larger part, or leave this stage out.",
        )
    bench.fine_tune(model)
    pruned = compressed(narrower, spec, version.path)
    package.save(bench.folder / NAME, pruned, model.float().cpu())
    return Version(version.stage + 1, bench.folder / NAME, "torch", pruned)


def prune(model: "RawModel", config: "ModelConfig", ratio: float) -> None:
    """Remove this part of each layer's channels, smallest L2 norm of their group first; the outputs stay as many."""
    import torch_pruning

    from trainer.packaging import networks, package

    dtype, inputs = next(model.parameters()).dtype, package.inputs(config)
    model.eval()
    pruner = torch_pruning.pruner.MagnitudePruner(
        model.network,
        networks.example(inputs, dtype),
        importance=torch_pruning.importance.GroupMagnitudeImportance(p=2),
        pruning_ratio=ratio,
        ignored_layers=networks.fixed(config.model, inputs, model.network),
        forward_fn=lambda network, batch: network(batch),
    )
    pruner.step()
