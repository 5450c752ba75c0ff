"""Bag of pieces and convolutions

Both read the same text, and what they make of it stands side by side: rare runs of tokens, and patterns anywhere. Takes
longer than a bag, and tells more. For texts.
"""

from typing import ClassVar

from trainer.columns import Layout
from trainer.encoders import text_bag_cnn
from trainer.model import EncoderModelSpec
from trainer.parts import EncoderSpec


class Spec(text_bag_cnn.Fields, EncoderModelSpec):
    encoder: ClassVar[type[EncoderSpec]] = text_bag_cnn.Spec
    layouts_taken: ClassVar[frozenset[Layout]] = text_bag_cnn.Spec.layouts_taken
    order: ClassVar[int] = text_bag_cnn.Spec.order
