"""Texts

A bag of all runs of one to four characters, whatever the language. A minute or two for ten thousand short texts.
"""

from collections.abc import Sequence
from typing import Any

from trainer.columns import Column

ORDER = 1
SETTINGS: dict[str, Any] = {
    "tokenizers": [{"name": "characters", "longest": 1024}],
    "model": {"name": "text_bag", "longest_run": 4},
    "optimizer": {"name": "adamw", "learning_rate": 0.002, "weight_decay": 0.3},
    "batch_size": 32,
    "epochs": 8,
}


def takes(features: Sequence[Column]) -> bool:
    return len(features) == 1 and features[0].has_texts
