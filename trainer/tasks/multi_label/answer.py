"""One answer of a multi-label task in words. Shipped beside exports; it needs NumPy alone."""

from typing import Any

import numpy as np


def readable(answer: Any, output: dict[str, Any]) -> dict[str, Any]:
    """The labels that are there, and the probability of each: the sigmoid of the logits [K]."""
    shares = (0.5 + 0.5 * np.tanh(np.asarray(answer) / 2)).tolist()
    probabilities = dict(zip(output["labels"], shares, strict=True))
    return {"labels": [label for label, share in probabilities.items() if share > 0.5], "probabilities": probabilities}
