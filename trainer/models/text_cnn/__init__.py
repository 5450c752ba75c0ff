"""Convolutions over texts

Looks for patterns of some tokens anywhere in a text, and keeps how well each was met (Kim 2014). For texts.
"""

from typing import ClassVar

from trainer.columns import Layout
from trainer.encoders import text_cnn
from trainer.model import EncoderModelSpec
from trainer.parts import EncoderSpec


class Spec(text_cnn.Fields, EncoderModelSpec):
    encoder: ClassVar[type[EncoderSpec]] = text_cnn.Spec
    layouts_taken: ClassVar[frozenset[Layout]] = text_cnn.Spec.layouts_taken
    order: ClassVar[int] = text_cnn.Spec.order
