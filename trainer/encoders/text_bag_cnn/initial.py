"""What the encoder ``text_bag_cnn`` takes from word vectors."""

from typing import Any

from trainer.attempt.assets import Assets
from trainer.columns import Block
from trainer.data.rows import Rows
from trainer.training import word_vectors
from trainer.training.initial import Filling


def fill(spec: Any, module: Any, block: Block, assets: Assets, data: Rows) -> Filling:
    """Its convolutions begin with them."""
    return word_vectors.fill(spec, module.patterns, block, assets, data)
