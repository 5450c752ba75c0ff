"""What a classification answers about one row."""

from typing import Any

import numpy as np

from trainer.data.prepared import Array
from trainer.tasks.classification.answer import readable
from trainer.trying.outcomes import Outcome, ordered


def outcome(answer: Array, output: dict[str, Any], about: str) -> Outcome:
    """Of the logits [K]: the class, and the probabilities; ``about`` another class that is asked about."""
    spoken = readable(answer.astype(np.float64), output)
    subject = about if about in output["classes"] else spoken["class"]
    shares, further = ordered(spoken["probabilities"], subject)
    return Outcome(target=output["target"], words=(spoken["class"],), shares=shares, further=further, subject=subject)


def measured(answers: Array, output: dict[str, Any], subject: str) -> Array:
    """The probability of the subject [B], of logits [B, K]."""
    logits = answers.astype(np.float64)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    probability: Array = weights[:, output["classes"].index(subject)] / weights.sum(axis=1)
    return probability
