"""Bag of pieces

Adds up a vector for each piece of one or some tokens, in no order (Joulin et al. 2016), where rare pieces count more.
Fast, content with few data, and a strong base line. For texts.
"""

from typing import ClassVar

from trainer.columns import Layout
from trainer.encoders import text_bag
from trainer.model import EncoderModelSpec
from trainer.parts import EncoderSpec


class Spec(text_bag.Fields, EncoderModelSpec):
    encoder: ClassVar[type[EncoderSpec]] = text_bag.Spec
    layouts_taken: ClassVar[frozenset[Layout]] = text_bag.Spec.layouts_taken
    order: ClassVar[int] = text_bag.Spec.order
