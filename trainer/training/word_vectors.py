"""Word vectors as the first vectors of a network's tokens."""

from typing import Any

import torch

from trainer import columns
from trainer.assets.word_vectors.reader import WordVectors
from trainer.attempt.assets import Assets
from trainer.columns import Block
from trainer.sentences import gettext_noop as _
from trainer.training.initial import Sentence


def fill(spec: Any, module: Any, block: Block, assets: Assets) -> Sentence:
    """Tokens that are words of the file begin with its vectors. Where these are not tuned, no vector is, and tokens
    without one count nothing.
    """
    vectors = WordVectors.open(assets.path(spec.vectors))
    words = columns.module_of(block, "values").words(block)
    matches = vectors.lookup(words)
    is_present = torch.from_numpy(matches.is_present)
    weight = module.vectors.table.weight
    with torch.no_grad():
        if not spec.tuned:
            weight.zero_()
        weight[is_present] = torch.from_numpy(vectors.vectors[matches.rows[matches.is_present]]).to(weight.dtype)
        weight[0] = 0
    weight.requires_grad_(spec.tuned)
    message = _("%(count)s of the %(tokens)s tokens of “%(column)s” begin with word vectors.")
    count = int(is_present.sum())
    return message, {"count": count, "tokens": len(words), "column": ", ".join(block.column_names)}
