"""What is wrong with input, in sentences that say what to do: for forms and the API alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from trainer import mistakes
from trainer.errors import TrainerError
from webapp.words import sentence


@dataclass(frozen=True)
class FieldError:
    """``field`` is a path such as ``optimizer.learning_rate`` or ``stages.1.keep``; empty for the whole."""

    field: str
    message: str


def by_field(error: ValidationError | TrainerError, data: Any) -> dict[str, list[str]]:
    """What is wrong with ``data`` at each path, for a form; what is wrong with the whole stands under ""."""
    messages: dict[str, list[str]] = defaultdict(list)
    for mistake in [from_trainer(error)] if isinstance(error, TrainerError) else from_pydantic(error, data):
        messages[mistake.field].append(mistake.message)
    return dict(messages)


def from_trainer(error: TrainerError) -> FieldError:
    return FieldError(error.field or "", sentence(error.message, error.params))


def from_pydantic(error: ValidationError, data: Any) -> list[FieldError]:
    """One sentence per mistake in ``data``, which is what was validated."""
    return from_details(error.errors(include_url=False), data)


def from_details(details: Sequence[Any], data: Any) -> list[FieldError]:
    """The same for pydantic's list of errors."""
    return [
        FieldError(mistake.field, sentence(mistake.message, mistake.params)) for mistake in mistakes.of(details, data)
    ]
