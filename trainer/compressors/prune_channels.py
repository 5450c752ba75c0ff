"""Prune channels

Takes out the channels and neurons with the smallest weights, for real: the network becomes narrower. Then trains on,
until what remains has taken over.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from trainer import catalog
from trainer.compressors import Bench, CompressorSpec, RefusedError, Training, Version, compressed

if TYPE_CHECKING:
    from torch import nn

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
    from trainer.packaging import package

    config, state = package.load(version.path)
    if not hasattr(_network_module(config), "widths"):
        raise RefusedError(
            "cannot_prune",
            "The network “%(model)s” cannot become narrower layer by layer; leave this stage out.",
            model=catalog.entry("models", config.model).label,
        )
    model = package.module(config, state)
    prune(model, config, spec.ratio)
    narrower = config.model_copy(update={"model": config.model.replaced(**_widths(config, model.network))})
    if narrower.model == config.model:
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
    import torch
    import torch_pruning

    from trainer.packaging.package import encoded_shapes

    dtype = next(model.parameters()).dtype
    example = {name: torch.zeros(2, *shape, dtype=dtype) for name, shape in encoded_shapes(config).items()}
    model.eval()
    pruner = torch_pruning.pruner.MagnitudePruner(
        model.network,
        example,
        importance=torch_pruning.importance.GroupMagnitudeImportance(p=2),
        pruning_ratio=ratio,
        ignored_layers=[model.network.head],
        forward_fn=lambda network, batch: network(batch),
    )
    pruner.step()


def _widths(config: "ModelConfig", network: "nn.Module") -> dict[str, Any]:
    """The fields of the model's Spec that describe the pruned network, as its network.py reads them back."""
    widths: dict[str, Any] = _network_module(config).widths(network)
    return widths


def _network_module(config: "ModelConfig") -> Any:
    return import_module(f"{catalog.entry('models', config.model).module.__name__}.network")
