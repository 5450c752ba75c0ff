"""The network of the component ``rnn``."""

from trainer.layers.encoded import Network

__all__ = ["Network"]
