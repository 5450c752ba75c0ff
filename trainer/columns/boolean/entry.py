"""How a yes or no is entered."""

from trainer.trying.levelled import entries as entries
