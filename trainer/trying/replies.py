"""What comes back when a model is tried: an answer, or a refusal that says what to mend."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from trainer.component import Lenient, Strict
from trainer.errors import TrainerError
from trainer.trying.outcomes import Outcome

Place = Annotated[tuple[int, ...], Lenient]


class Doubt(Strict):
    """A value that was not understood and counted as missing, as it was given."""

    column: str
    value: str


class Influence(Strict):
    """How much the answer owes to a column's value or to a ``place`` in it: what the subject's probability, or the
    number, is with it, less what it is without. ``further`` columns were left out together with this one.
    """

    column: str
    change: float
    place: Place = ()
    further: int = Field(0, ge=0)


class Excess(Strict):
    """A text with more tokens than the model reads: how many, how many are read, and from which end."""

    column: str
    tokens: int
    read: int
    part: Literal["beginning", "end"]


class View(Strict):
    """A value as the model sees it, where that is a picture: PNG in Base64."""

    column: str
    width: int
    height: int
    png: str


class Answer(Strict):
    """``latency_ms`` is the median of so many calls with one row, on so many ``threads``. Of ``parts`` that could be
    left out ``tried`` were, before the time was up.
    """

    type: Literal["answer"] = "answer"
    outcome: Outcome
    latency_ms: float
    calls: int
    threads: int
    doubts: Annotated[tuple[Doubt, ...], Lenient] = ()
    excesses: Annotated[tuple[Excess, ...], Lenient] = ()
    influences: Annotated[tuple[Influence, ...], Lenient] = ()
    parts: int = 0
    tried: int = 0
    views: Annotated[tuple[View, ...], Lenient] = ()


class Refusal(Strict):
    """A message identifier with what fills its gaps; ``column`` is the one that it is about, if any."""

    type: Literal["refusal"] = "refusal"
    code: str
    message: str
    params: dict[str, Any] = {}
    column: str = ""

    @classmethod
    def of(cls, error: TrainerError) -> "Refusal":
        return cls(code=error.code, message=error.message, params=error.params, column=error.field or "")


_reply: TypeAdapter[Answer | Refusal] = TypeAdapter(Annotated[Answer | Refusal, Field(discriminator="type")])


def parse(content: bytes) -> Answer | Refusal:
    """Raises pydantic's ValidationError."""
    return _reply.validate_json(content)
