"""Word vectors as the first vectors of a network's tokens."""

from typing import Any

import torch

from trainer import columns
from trainer.assets.word_vectors.reader import WordVectors
from trainer.attempt.assets import Assets
from trainer.columns import Block
from trainer.data import tokenizing
from trainer.data.prepared import Array
from trainer.data.rows import Rows
from trainer.report import Scalar
from trainer.sentences import gettext_noop as _
from trainer.training.initial import Filling
from trainer.training.tokens_report import percent


def fill(spec: Any, module: Any, block: Block, assets: Assets, data: Rows) -> Filling:
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
    return _filling(block, len(words), int(is_present.sum()), _coverage(block, data, matches.is_present))


def _coverage(block: Block, data: Rows, is_present: Array) -> float:
    """Which part of the training texts is tokens with a vector: of some of them, where these are many."""
    rows = tokenizing.sample(block, data, data.parts.train)
    counts = columns.module_of(block, "values").frequencies(block, data.prepared, rows)
    return float(counts[is_present].sum() / max(1, counts.sum()))


def _filling(block: Block, tokens: int, count: int, coverage: float) -> Filling:
    params = {"count": count, "tokens": tokens, "column": ", ".join(block.column_names), "coverage": percent(coverage)}
    label = _("Text with word vectors")
    return Filling(
        (
            _(
                "%(count)s of the %(tokens)s tokens of “%(column)s” begin with word vectors: %(coverage)s of what the "
                "training texts have."
            ),
            params,
        ),
        (Scalar(name=f"coverage/{block.name}", label=label, value=coverage, unit="share", better="higher"),),
    )
