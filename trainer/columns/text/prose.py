"""What tells free text from names of classes where both are short."""

import re
from collections.abc import Sequence

FEW_LEVELS = 20
SENTENCE, PHRASE = 5, 3  # words on average
MOST_REPEATED = 10  # rows of a text on average, where these are no classes
UNSPACED = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")  # no spaces stand between these
WORD_LENGTH = 2  # of such characters


def is_prose(words: Sequence[str], present: int) -> bool:
    """Whether the different cells of a column are sentences of which hardly any repeats, or phrases of which none
    does. ``present`` is the number of all cells that hold something."""
    mean = sum(map(_extent, words)) / max(1, len(words))
    if len(words) > FEW_LEVELS and len(words) * MOST_REPEATED > present:
        return mean >= SENTENCE
    return len(words) == present > 1 and mean >= PHRASE


def _extent(text: str) -> float:
    """About how many words it has."""
    unspaced = 0 if text.isascii() else len(UNSPACED.findall(text))
    return len(text.split()) + unspaced / WORD_LENGTH
