"""What the encoder ``text_cnn`` takes from word vectors."""

from trainer.training.word_vectors import fill

__all__ = ["fill"]
