"""What a library written in Rust raises, as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from trainer.errors import TrainerError

PANIC = "PanicException"  # no module has it by a name
LONGEST = 300  # letters of the library's words that are repeated


@contextmanager
def in_a_sentence(code: str, message: str) -> Iterator[None]:
    """Raises TrainerError, with the library's words as ``reason``, for whatever it raises."""
    try:
        yield
    except Exception as error:  # the library raises nothing narrower
        raise TrainerError(code, message, reason=str(error)[:LONGEST]) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise TrainerError(code, message, reason=str(error)[:LONGEST]) from error
