"""Pruning by torch-pruning, dependencies considered (Fang et al. 2023), and training on what is left."""

from collections.abc import Mapping

import torch_pruning
from torch import nn

from trainer.compressors import Bench, RefusedError, Version
from trainer.compressors.prune_channels import Spec
from trainer.compressors.prune_channels.layers import PRUNERS, Importance, opaque
from trainer.layers.recurrent import Recurrent
from trainer.model import ModelSpec
from trainer.packaging import networks, package
from trainer.parts import Input

NAME = "pruned.safetensors"
ROOTS = [nn.modules.conv._ConvNd, nn.Linear, nn.Embedding, Recurrent]  # what makes channels


def compress(spec: Spec, version: Version, bench: Bench) -> Version:
    """Prune, fine-tune, and save with the new widths. Raises RefusedError where no layer loses a channel."""
    config, state = package.load(version.path)
    model, inputs = package.module(config, state), package.inputs(config)
    whole = networks.narrowed(config.model, inputs, model.network)
    prune(config.model, inputs, model.network, spec.ratio)
    narrower = config.model_copy(update={"model": networks.narrowed(config.model, inputs, model.network)})
    if narrower.model == whole:
        raise RefusedError(
            "nothing_to_prune",
            "No layer is wide enough to lose a channel; prune a larger part, or leave this stage out.",
        )
    bench.fine_tune(model)
    pruned = package.compressed(narrower, spec, version.path)
    package.save(bench.folder / NAME, pruned, model.float().cpu())
    return Version(stage=version.stage + 1, path=bench.folder / NAME, form="torch", config=pruned)


def prune(spec: ModelSpec, inputs: Mapping[str, Input], network: nn.Module, ratio: float) -> None:
    """Remove this part of each layer's channels, smallest L2 norm of their group first; the outputs stay as many."""
    dtype = next(network.parameters()).dtype
    network.eval()
    with opaque(network):
        pruner = torch_pruning.pruner.MagnitudePruner(
            network,
            networks.example(inputs, dtype),
            importance=Importance(p=2),
            pruning_ratio=ratio,
            ignored_layers=networks.fixed(spec, inputs, network),
            customized_pruners=PRUNERS,
            root_module_types=ROOTS,
            forward_fn=lambda network, batch: network(batch),
        )
    pruner.step()
