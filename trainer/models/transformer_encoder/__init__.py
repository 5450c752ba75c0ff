"""Transformer encoder

Each token looks at all others (Vaswani et al. 2017; Devlin et al. 2019). For texts, and most apt where there are many.
"""

from typing import ClassVar

from trainer.columns import Layout
from trainer.encoders import transformer_encoder
from trainer.model import EncoderModelSpec
from trainer.parts import EncoderSpec


class Spec(transformer_encoder.Fields, EncoderModelSpec):
    encoder: ClassVar[type[EncoderSpec]] = transformer_encoder.Spec
    layouts_taken: ClassVar[frozenset[Layout]] = transformer_encoder.Spec.layouts_taken
    order: ClassVar[int] = transformer_encoder.Spec.order
