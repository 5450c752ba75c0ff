"""One answer of a classification in words. Shipped beside exports; it needs NumPy alone."""

from typing import Any

import numpy as np


def readable(answer: Any, output: dict[str, Any]) -> dict[str, Any]:
    """The class, and the probability of each: the softmax of the logits [K]."""
    weights = np.exp(answer - np.max(answer))
    shares = dict(zip(output["classes"], (weights / weights.sum()).tolist(), strict=True))
    return {"class": output["classes"][int(np.argmax(answer))], "probabilities": shares}
