"""The error that training raises for what a user can mend."""

from typing import Any


class TrainerError(Exception):
    """A code, an English sentence with named gaps (the message identifier for translations), and what fills the gaps."""

    def __init__(self, code: str, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.code = code
        self.message = message
        self.field = field
        self.params = params


class SpecError(TrainerError, ValueError):
    """The same from a validator of a Spec: pydantic takes a ValueError, and adds where in the spec it was."""
