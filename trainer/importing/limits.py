"""The limits under which uploaded content is opened, in a process of its own."""

import errno
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from trainer import limited
from trainer.columns import Readings
from trainer.component import Component
from trainer.errors import TrainerError
from trainer.importing.preparation import Preparation, prepare
from trainer.limited import Limits as Limits

ORDINARY = Limits()


def limit(limits: Limits = ORDINARY) -> None:
    """Limit this process for good, for an inspection; the limit of time raises TrainerError where the work stands."""
    limited.limit(limits, _out_of_time)


def _out_of_time(signum: int, frame: FrameType | None) -> None:
    raise TrainerError(
        "inspect_time", "Opening the file took too long, so it was given up. Import it in smaller parts."
    )


def guarded(
    paths: Sequence[Path],
    names: Sequence[str],
    out: Path,
    chosen: Component | None = None,
    readings: Readings | None = None,
) -> Preparation:
    """``prepare``, with a limit that was hit told in a sentence."""
    try:
        return prepare(paths, names, out, chosen, readings)
    except (MemoryError, OSError) as error:
        raise about_limit(error) from error


def about_limit(error: MemoryError | OSError) -> Exception:
    """The sentence on the limit that was hit; the error itself where it is about no limit."""
    if isinstance(error, MemoryError) or error.errno == errno.ENOMEM:
        return TrainerError(
            "inspect_memory", "Opening the file needs more memory than an import may use. Import it in smaller parts."
        )
    if error.errno == errno.EFBIG:
        return TrainerError(
            "inspect_file_size", "Unpacked, the data are larger than an import may write. Import them in parts."
        )
    if error.errno == errno.EMFILE:
        return TrainerError(
            "inspect_files", "These are more files than an import may have open at once. Import them in parts."
        )
    return error
