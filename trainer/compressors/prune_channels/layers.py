"""How layers become narrower that torch-pruning does not know, or gets wrong: of an LSTM it takes out the rows of one
gate alone.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch_pruning.pruner.function import BasePruningFunc
from torch_pruning.pruner.importance import GroupMagnitudeImportance

from trainer.layers.pooling import Pooling
from trainer.layers.recurrent import Recurrent


class RecurrentPruner(BasePruningFunc):  # type: ignore[misc]
    """A recurrent layer; where it has two directions, they lose the same units."""

    TARGET_MODULES = Recurrent

    def prune_out_channels(self, layer: Recurrent, idxs: Iterable[int]) -> nn.Module:
        kept = _kept(_units(layer), (place for place in idxs if place < _units(layer)))
        for cell in _cells(layer):
            _keep_units(cell, kept)
        layer.width = len(kept) * (1 + layer.both)
        return layer

    def prune_in_channels(self, layer: Recurrent, idxs: Iterable[int]) -> nn.Module:
        kept = _kept(self.get_in_channels(layer), idxs)
        for cell in _cells(layer):
            _replace(cell, "weight_ih_l0", _weights(cell, "weight_ih_l0")[:, kept])
            cell.input_size = len(kept)
        return layer

    def get_out_channels(self, layer: Recurrent) -> int:
        return layer.width

    def get_in_channels(self, layer: Recurrent) -> int:
        return _cells(layer)[0].input_size

    def get_out_channel_groups(self, layer: Recurrent) -> int:
        return 1 + layer.both


class PoolingPruner(BasePruningFunc):  # type: ignore[misc]
    """What scores the steps, if anything does, takes them as wide as they have become."""

    TARGET_MODULES = Pooling

    def prune_out_channels(self, layer: Pooling, idxs: Iterable[int]) -> nn.Module:
        if isinstance(layer.score, nn.Linear):
            kept = _kept(layer.score.in_features, idxs)
            _replace(layer.score, "weight", layer.score.weight[:, kept])
            layer.score.in_features = len(kept)
        return layer

    prune_in_channels = prune_out_channels

    def get_out_channels(self, layer: Pooling) -> int | None:
        return layer.score.in_features if isinstance(layer.score, nn.Linear) else None

    get_in_channels = get_out_channels


PRUNERS: dict[type[nn.Module], BasePruningFunc] = {
    Recurrent: RecurrentPruner(),
    Pooling: PoolingPruner(),
}


class Importance(GroupMagnitudeImportance):  # type: ignore[misc]
    """The L2 norm of a channel's weights in all layers that share it; of embeddings and recurrent layers where the
    library knows none of them.
    """

    @torch.no_grad()
    def __call__(self, group: Any) -> Tensor | None:
        known: Tensor | None = super().__call__(group)
        if known is not None:
            return known
        norms = [
            (_norms(item.dep.layer, item.dep.pruning_fn)[item.idxs], item.root_idxs)
            for item in group
            if isinstance(item.dep.layer, nn.Embedding | Recurrent)
        ]
        reduced: Tensor = self._reduce(*map(list, zip(*norms, strict=True)))
        return reduced


def _norms(layer: nn.Module, pruning: Any) -> Tensor:
    """Of each channel that ``pruning`` would take out."""
    if isinstance(layer, nn.Embedding):
        return layer.weight.pow(2).sum(0)
    assert isinstance(layer, Recurrent)
    if pruning == PRUNERS[Recurrent].prune_in_channels:
        return torch.stack([_weights(cell, "weight_ih_l0").pow(2).sum(0) for cell in _cells(layer)]).sum(0)
    return torch.cat([_weights(cell, "weight_hh_l0").pow(2).sum(0) for cell in _cells(layer)])


class _Opaque(torch.autograd.Function):
    """One step of the graph that torch-pruning reads, whatever is computed inside."""

    @staticmethod
    def forward(ctx: Any, taken: Tensor, made: Tensor) -> Tensor:
        return made.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None]:
        return None, None


@contextmanager
def opaque(network: nn.Module) -> Iterator[None]:
    """Layers with a rule of their own show nothing of what they are made of: torch-pruning follows the gates of a GRU
    one by one, and loses its way.
    """
    hooks = [
        layer.register_forward_hook(_hide, prepend=True)
        for layer in network.modules()
        if isinstance(layer, tuple(PRUNERS))
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _hide(layer: nn.Module, taken: tuple[Tensor, ...], made: Tensor) -> Any:
    return _Opaque.apply(taken[0], made.detach())  # type: ignore[no-untyped-call]


def _cells(layer: Recurrent) -> list[nn.RNNBase]:
    """One a direction."""
    return [cell for cell in layer.modules() if isinstance(cell, nn.RNNBase)]


def _units(layer: Recurrent) -> int:
    return _cells(layer)[0].hidden_size


def _keep_units(cell: nn.RNNBase, kept: Tensor) -> None:
    """Its gates lie one behind the other, each with a row for each unit."""
    starts = range(0, len(_weights(cell, "weight_hh_l0")), cell.hidden_size)
    rows = torch.cat([kept + start for start in starts])
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
        _replace(cell, name, _weights(cell, name)[rows])
    _replace(cell, "weight_hh_l0", _weights(cell, "weight_hh_l0")[:, kept])
    cell.hidden_size = len(kept)


def _weights(cell: nn.RNNBase, name: str) -> Tensor:
    values: Tensor = getattr(cell, name)
    return values


def _kept(width: int, idxs: Iterable[int]) -> Tensor:
    removed = set(idxs)
    return torch.tensor([place for place in range(width) if place not in removed])


def _replace(layer: Any, name: str, values: Tensor) -> None:
    setattr(layer, name, nn.Parameter(values.detach().clone()))
