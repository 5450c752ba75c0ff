"""The encoder's weights, out of word vectors."""

from typing import Any

import torch

from trainer.assets.word_vectors.reader import WordVectors
from trainer.attempt.assets import Assets
from trainer.data.rows import Rows
from trainer.training.initial import Filling


def fill(spec: Any, module: Any, block: Any, assets: Assets, data: Rows) -> Filling:
    vectors = WordVectors.open(assets.path(spec.vectors))
    matches = vectors.lookup([level for levels in block.levels for level in levels])
    is_present = torch.from_numpy(matches.is_present)
    with torch.no_grad():
        module.table.weight.zero_()
        module.table.weight[:, is_present] = torch.from_numpy(vectors.vectors[matches.rows[matches.is_present]]).T
    module.table.requires_grad_(False)
    return Filling(("%(count)s levels have a vector.", {"count": int(is_present.sum())}))
