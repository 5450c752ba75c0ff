"""The network of the component ``mlp``."""

from trainer.layers.encoded import Network

__all__ = ["Network"]
