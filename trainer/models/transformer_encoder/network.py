"""The network of the component ``transformer_encoder``."""

from trainer.layers.encoded import Network

__all__ = ["Network"]
