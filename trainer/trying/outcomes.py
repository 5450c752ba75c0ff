"""What a model answers about one row, for pages and programs that know no task.

A task says it in its ``outcome``: ``outcome(answer, output, about)`` of one row's answer and of what the task's
``output()`` says, and ``measured(answers, output, subject)``, float64 [B]: how much of the subject is in each answer.
"""

from typing import Annotated

from pydantic import Field

from trainer.component import Lenient, Strict

MOST_SHARES = 20


class Share(Strict):
    """A class or a label, and its probability."""

    name: str
    share: float


class Outcome(Strict):
    """``value`` where a number is told, else the ``words`` that are the answer, and the probabilities, the largest
    first. ``subject``: whose probability the influences are about; empty where they are about the number.
    """

    target: str
    value: float | None = None
    words: Annotated[tuple[str, ...], Lenient] = ()
    shares: Annotated[tuple[Share, ...], Lenient] = ()
    further: int = Field(0, ge=0, description="Classes or labels that are less probable than those told.")
    subject: str = ""


def ordered(shares: dict[str, float], subject: str) -> tuple[tuple[Share, ...], int]:
    """The largest of the shares, that of the subject in any case, and how many more there are."""
    names = sorted(shares, key=lambda name: -shares[name])
    first = names[:MOST_SHARES] if subject in names[:MOST_SHARES] else [*names[: MOST_SHARES - 1], subject]
    return tuple(Share(name=name, share=shares[name]) for name in first), len(names) - len(first)
