"""Recurrent layers

Reads token by token and remembers. For texts.
"""

from typing import ClassVar

from trainer.columns import Layout
from trainer.encoders import rnn
from trainer.model import EncoderModelSpec
from trainer.parts import EncoderSpec


class Spec(rnn.Fields, EncoderModelSpec):
    encoder: ClassVar[type[EncoderSpec]] = rnn.Spec
    layouts_taken: ClassVar[frozenset[Layout]] = rnn.Spec.layouts_taken
    order: ClassVar[int] = rnn.Spec.order
