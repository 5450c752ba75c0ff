"""How a category is entered."""

from trainer.trying.levelled import entries as entries
