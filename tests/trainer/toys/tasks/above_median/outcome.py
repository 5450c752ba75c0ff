"""Whether it is above, and how sure that is."""

from typing import Any

import numpy as np
from trainer.tasks.above_median.answer import readable  # type: ignore[import-not-found]

from trainer.data.prepared import Array
from trainer.trying.outcomes import Outcome


def outcome(answer: Array, output: dict[str, Any], about: str) -> Outcome:
    word = "above" if readable(answer, output)["above"] else "not above"
    return Outcome(target=output["target"], words=(word,), subject="above")


def measured(answers: Array, output: dict[str, Any], subject: str) -> Array:
    probability: Array = 1 / (1 + np.exp(answers[:, 0] - answers[:, 1]))
    return probability
