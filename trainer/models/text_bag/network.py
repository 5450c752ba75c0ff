"""The network of the component ``text_bag``."""

from trainer.layers.encoded import Network

__all__ = ["Network"]
