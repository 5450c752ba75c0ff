"""A tokenizer.json as a tokenizer: texts to tokens, without the padding and cutting that the file may ask for."""

from tokenizers import Encoding, Tokenizer

from trainer.library_errors import in_a_sentence
from trainer.sentences import gettext_noop as _

KIND = "tokenizer_json"
UNREADABLE = _(
    "The library “tokenizers” cannot read this tokenizer: %(reason)s. Save it again with a current version of that "
    "library."
)
BREAKS = _("The library “tokenizers” breaks on a text with this tokenizer: %(reason)s. Give another tokenizer.")


def load(content: bytes) -> Tokenizer:
    """Raises TrainerError where the library cannot read it, with what the library says."""
    with in_a_sentence("tokenizer_unreadable", UNREADABLE):
        tokenizer = Tokenizer.from_buffer(content)
        tokenizer.no_padding()
        tokenizer.no_truncation()
    return tokenizer


def encode(tokenizer: Tokenizer, text: str) -> Encoding:
    """Raises TrainerError where the library breaks on this text."""
    with in_a_sentence("tokenizer_breaks", BREAKS):
        return tokenizer.encode(text)


def normalized(tokenizer: Tokenizer, text: str) -> str:
    """The text as the tokenizer's model sees it. Raises TrainerError where the library breaks on it."""
    if tokenizer.normalizer is None:
        return text
    with in_a_sentence("tokenizer_breaks", BREAKS):
        result: str = tokenizer.normalizer.normalize_str(text)
    return result
