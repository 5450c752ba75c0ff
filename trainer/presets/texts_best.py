"""Most accurate, for texts

A bag of pieces and convolutions side by side, ended before they know rare words by heart. Some minutes for ten thousand
short texts.
"""

from collections.abc import Sequence
from typing import Any

from trainer.columns import Column

ORDER = 2
SETTINGS: dict[str, Any] = {
    "model": {"name": "text_bag_cnn"},
    "optimizer": {"name": "adamw", "learning_rate": 0.002},
    "batch_size": 64,
    "epochs": 4,
}


def takes(features: Sequence[Column]) -> bool:
    return len(features) == 1 and features[0].has_texts
