"""The error that training raises for what a user can mend."""

from typing import Any, ClassVar

from trainer.sentences import filled
from trainer.sentences import gettext_noop as _


class TrainerError(Exception):
    """A code, an English sentence with named gaps (the message identifier for translations), and
    what fills the gaps.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(filled(message, params))
        self.code = code
        self.message = message
        self.field = field
        self.params = params


class CheckpointError(TrainerError):
    """The checkpoint to go on from is damaged. Whoever starts the next attempt gives it an older one."""

    CODE = "checkpoint_damaged"

    def __init__(self) -> None:
        super().__init__(self.CODE, _("The checkpoint is damaged and cannot be gone on from; start the run again."))


class DamagedError(TrainerError):
    """An input is not what was stored. Whoever reads how the attempt ended decides what becomes of the run."""

    CODE = "input_damaged"
    SENTENCES: ClassVar[dict[str, str]] = {
        "prepared": _(
            "The prepared data are damaged: the file %(file)s is not what was stored. Restore it from a "
            "backup, or import the data set again."
        ),
        "model": _(
            "The model is damaged: the file %(file)s is not what was stored. Restore it from a backup, or train "
            "the model again."
        ),
        "upload": _(
            "What was uploaded is damaged: the file %(file)s is not what was stored. Restore it from a backup, "
            "or send it again."
        ),
        "asset": _(
            "An asset is damaged: the file %(file)s is not what was stored. Restore it from a backup, or upload the "
            "asset again and choose that."
        ),
    }

    def __init__(self, role: str, file: str) -> None:
        """``role`` is the input's, as in a job; ``file`` the name of its file."""
        super().__init__(self.CODE, self.SENTENCES[role.partition(":")[0]], file=_short(file))


class SpecError(TrainerError, ValueError):
    """The same from a validator of a Spec: pydantic takes a ValueError, and adds where in the spec it was."""


def _short(name: str) -> str:
    """The name of a file; of a SHA-256, by which the store names its files, as much as people compare."""
    return name[:12] if len(name) == 64 else name
