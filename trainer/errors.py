"""The error that training raises for what a user can mend."""

from typing import Any

from trainer.sentences import filled


class TrainerError(Exception):
    """A code, an English sentence with named gaps (the message identifier for translations), and what fills the gaps."""

    def __init__(self, code: str, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(filled(message, params))
        self.code = code
        self.message = message
        self.field = field
        self.params = params


class CheckpointError(TrainerError):
    """The checkpoint to go on from is damaged, or of another model. Whoever starts the next attempt gives it an older one."""

    CODE = "checkpoint_damaged"

    def __init__(self) -> None:
        super().__init__(self.CODE, "The checkpoint cannot be read or belongs to another model; start the run again.")


class SpecError(TrainerError, ValueError):
    """The same from a validator of a Spec: pydantic takes a ValueError, and adds where in the spec it was."""
