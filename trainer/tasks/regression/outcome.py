"""What a regression answers about one row."""

from typing import Any

import numpy as np

from trainer.data.prepared import Array
from trainer.tasks.regression.answer import readable
from trainer.trying.outcomes import Outcome


def outcome(answer: Array, output: dict[str, Any], about: str) -> Outcome:
    """The number, in the unit of the data."""
    return Outcome(target=output["target"], value=readable(answer, output)["value"])


def measured(answers: Array, output: dict[str, Any], subject: str) -> Array:
    """The numbers [B] themselves."""
    numbers: Array = answers.astype(np.float64)
    return numbers
