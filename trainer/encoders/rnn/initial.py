"""What the encoder ``rnn`` takes from word vectors."""

from trainer.training.word_vectors import fill

__all__ = ["fill"]
