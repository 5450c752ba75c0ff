"""What a file says of a column's cells."""

from typing import Literal

# ``spelled``: nothing, all is guessed from how they are written; ``words``: texts, none of which is a number or says
# that a value is missing but the empty one; ``numbers``: float64 values, NaN where one is missing.
Stated = Literal["spelled", "words", "numbers"]
