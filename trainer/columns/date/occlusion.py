"""Dates of a row that are left out, to see what an answer owes to them."""

from trainer.trying.vectors import parts as parts
from trainer.trying.vectors import without as without
