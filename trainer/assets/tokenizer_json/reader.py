"""A tokenizer.json as a tokenizer: texts to tokens, without the padding and cutting that the file may ask for."""

from collections.abc import Iterator
from contextlib import contextmanager

from tokenizers import Encoding, Tokenizer

from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

KIND = "tokenizer_json"
PANIC = "PanicException"  # of the library's Rust; no module has it by a name
LONGEST = 300  # letters of the library's words that are repeated
UNREADABLE = _(
    "The library “tokenizers” cannot read this tokenizer: %(reason)s. Save it again with a current version of that "
    "library."
)
BREAKS = _("The library “tokenizers” breaks on a text with this tokenizer: %(reason)s. Give another tokenizer.")


def load(content: bytes) -> Tokenizer:
    """Raises TrainerError where the library cannot read it, with what the library says."""
    with _in_a_sentence("tokenizer_unreadable", UNREADABLE):
        tokenizer = Tokenizer.from_buffer(content)
        tokenizer.no_padding()
        tokenizer.no_truncation()
    return tokenizer


def encode(tokenizer: Tokenizer, text: str) -> Encoding:
    """Raises TrainerError where the library breaks on this text."""
    with _in_a_sentence("tokenizer_breaks", BREAKS):
        return tokenizer.encode(text)


def normalized(tokenizer: Tokenizer, text: str) -> str:
    """The text as the tokenizer's model sees it. Raises TrainerError where the library breaks on it."""
    if tokenizer.normalizer is None:
        return text
    with _in_a_sentence("tokenizer_breaks", BREAKS):
        result: str = tokenizer.normalizer.normalize_str(text)
    return result


@contextmanager
def _in_a_sentence(code: str, message: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the library raises nothing narrower
        raise TrainerError(code, message, reason=str(error)[:LONGEST]) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise TrainerError(code, message, reason=str(error)[:LONGEST]) from error
