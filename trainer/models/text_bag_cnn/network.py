"""The network of the component ``text_bag_cnn``."""

from trainer.layers.encoded import Network

__all__ = ["Network"]
