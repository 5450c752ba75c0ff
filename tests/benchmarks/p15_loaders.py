"""Batches as people load them with PyTorch's DataLoader, for the loops that P15 compares ours with: tuples of the raw
blocks, in the order of ``names``, and the targets.

Texts, which differ in length, come with their lengths: rows of like length into one batch, padded to its longest.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler, TensorDataset

from trainer.data.batches import POOL
from trainer.data.prepared import Indices
from trainer.data.rows import Rows
from trainer.specs.train import TrainSpec
from trainer.training.scoring import EVALUATION_ROWS

Batch = tuple[Tensor, ...]
Loader = DataLoader[Batch]


def names(data: Rows) -> list[str]:
    """Of the blocks and lengths of a batch."""
    return list(data.batch(data.parts.train[:1]))


def training(spec: TrainSpec, data: Rows) -> Loader:
    """In another order each epoch."""
    if data.lengths is None:
        return DataLoader(whole(data, data.parts.train), batch_size=spec.batch_size, shuffle=True)
    texts = Texts(data, data.parts.train)
    return DataLoader(texts, batch_sampler=Bucketed(texts.lengths, spec.batch_size), collate_fn=_padded)


def validation(data: Rows) -> Loader:
    """Texts from the shortest to the longest, which pads least."""
    if data.lengths is None:
        return DataLoader(whole(data, data.parts.validation), batch_size=EVALUATION_ROWS)
    part = data.parts.validation
    texts = Texts(data, part[np.argsort(data.lengths[part], kind="stable")])
    return DataLoader(texts, batch_size=EVALUATION_ROWS, collate_fn=_padded)


def whole(data: Rows, part: Indices) -> TensorDataset:
    """These rows, as one tensor a block."""
    return TensorDataset(*data.batch(part).values(), data.targets_of(part))


class Texts(Dataset[Batch]):
    """The tokens of each row as a tensor of its own, cut beforehand, and the row's target."""

    def __init__(self, data: Rows, part: Indices) -> None:
        padded, self.lengths = data.batch(part).values()
        self.texts = [text[:length].clone() for text, length in zip(padded, self.lengths.tolist(), strict=True)]
        self.targets = data.targets_of(part)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int) -> Batch:
        return self.texts[row], self.targets[row]


def _padded(rows: Sequence[Batch]) -> Batch:
    texts, targets = zip(*rows, strict=True)
    return (
        pad_sequence(list(texts), batch_first=True),
        torch.tensor([len(text) for text in texts]),
        torch.stack(targets),
    )


class Bucketed(Sampler[list[int]]):
    """Rows of like length, of which as many batches are sorted at once as we do; the batches in random order."""

    def __init__(self, lengths: Tensor, size: int) -> None:
        self.lengths, self.size = lengths, size

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.size)

    def __iter__(self) -> Iterator[list[int]]:
        pools = torch.randperm(len(self.lengths)).split(POOL * self.size)
        batches = [batch for pool in pools for batch in pool[self.lengths[pool].argsort()].split(self.size)]
        return (batches[place].tolist() for place in torch.randperm(len(batches)).tolist())
