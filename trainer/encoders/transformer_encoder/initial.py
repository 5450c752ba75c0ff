"""What the encoder ``transformer_encoder`` takes from word vectors."""

from trainer.training.word_vectors import fill

__all__ = ["fill"]
