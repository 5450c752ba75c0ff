"""What a form asks for so that a model can be tried: an entry for each column that the model takes.

A kind of column says in its ``entry`` how a value of it is entered: ``entries(description)``, of the ``description`` of
its Block.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from trainer import columns

# How a value is entered: in one line, as one of few choices, in several lines, or as a file.
Look = Literal["line", "choice", "paragraph", "file"]
MOST_CHOICES = 50  # of which one is chosen from a list; of more, what is typed is completed


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How the value of a column is entered. ``choices`` of a line complete what is typed; of a file they are the ends
    of names that fit. ``hint`` is a message identifier; ``unit`` stands behind the value.
    """

    column: str
    kind: str
    look: Look
    choices: tuple[str, ...] = ()
    is_number: bool = False
    unit: str = ""
    hint: str = ""


def read(description: bytes) -> tuple[Entry, ...]:
    """The entries of a model, of its preprocess.json."""
    inputs: Sequence[dict[str, Any]] = json.loads(description)["inputs"]
    return tuple(entry for block in inputs for entry in of(block))


def of(block: dict[str, Any]) -> Sequence[Entry]:
    """Those of the columns of a block, of its description."""
    module = import_module(f"{columns.kinds()[block['kind']].__name__}.entry")
    entries: Sequence[Entry] = module.entries(block)
    return entries
