"""What a multi-label task answers about one row."""

from typing import Any

import numpy as np

from trainer.data.prepared import Array
from trainer.tasks.multi_label.answer import readable
from trainer.trying.outcomes import Outcome, ordered


def outcome(answer: Array, output: dict[str, Any], about: str) -> Outcome:
    """Of the logits [K]: the labels that are there, and the probabilities. Without ``about`` it is the most probable
    label that is asked about.
    """
    spoken = readable(answer.astype(np.float64), output)
    subject = about if about in output["labels"] else output["labels"][int(np.argmax(answer))]
    shares, further = ordered(spoken["probabilities"], subject)
    return Outcome(
        target=output["target"], words=tuple(spoken["labels"]), shares=shares, further=further, subject=subject
    )


def measured(answers: Array, output: dict[str, Any], subject: str) -> Array:
    """The probability of the subject [B], of logits [B, K]."""
    logits = answers[:, output["labels"].index(subject)].astype(np.float64)
    probability: Array = 0.5 + 0.5 * np.tanh(logits / 2)
    return probability
