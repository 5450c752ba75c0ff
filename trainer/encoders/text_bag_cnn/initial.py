"""What the encoder ``text_bag_cnn`` takes from word vectors."""

from typing import Any

from trainer.attempt.assets import Assets
from trainer.columns import Block
from trainer.training import word_vectors
from trainer.training.initial import Sentence


def fill(spec: Any, module: Any, block: Block, assets: Assets) -> Sentence:
    """Its convolutions begin with them."""
    return word_vectors.fill(spec, module.patterns, block, assets)
