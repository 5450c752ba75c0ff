"""Texts cleaned step by step before they are cut into tokens. Shipped beside exports; it needs the standard library
alone.

Each takes time in proportion to the text, whatever stands in it.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

from trainer.columns.text.markup import to_text
from trainer.columns.text.stop_words import CHINESE, CHINESE_KEPT, STOP_WORDS, WORD, Language
from trainer.importing.words import composed

URL, MAIL, NUMBER = "<url>", "<mail>", "<number>"
SPACE = 0x20
ADDRESS_END = r"[A-Za-z0-9/_~=&%#+\-]"  # of an address: a full stop behind it belongs to the sentence
WEB_ADDRESS = r"(?:\b(?:https?|ftp)://|(?<![A-Za-z0-9])www\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*" + ADDRESS_END
MAIL_ADDRESS = (
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,8}\.[A-Za-z]{2,24}"
)
_WEB = re.compile(WEB_ADDRESS, re.IGNORECASE | re.ASCII)
_MAIL = re.compile(MAIL_ADDRESS, re.ASCII)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def cleaned(text: str, steps: Sequence[dict[str, Any]]) -> str:
    """The text behind these steps, each with its ``name`` and its ``arguments``."""
    for step in steps:
        text = CLEANERS[step["name"]](text, **step["arguments"])
    return text


def unicode_form(text: str, form: Literal["NFC", "NFKC"]) -> str:
    return composed(text, form)


def lower_case(text: str) -> str:
    return text.lower()


def replace_addresses(text: str, web: bool, mail: bool) -> str:
    if web:
        text = _WEB.sub(URL, text)
    return _MAIL.sub(MAIL, text) if mail else text


def replace_numbers(text: str) -> str:
    """Of decimal digits in any script, with points and commas between them."""
    return _NUMBER.sub(NUMBER, text)


def remove_punctuation(text: str, symbols: bool) -> str:
    """Categories P of Unicode, and S where ``symbols`` are to go too, become spaces, many of which are one."""
    blank = text.translate(_MARKS[symbols])
    return text if blank == text else " ".join(blank.split())


class _Marks(dict[int, int]):
    """For ``str.translate``: a space for each character of these categories, found when one first comes."""

    def __init__(self, categories: str) -> None:
        super().__init__()
        self._categories = categories

    def __missing__(self, code: int) -> int:
        self[code] = SPACE if unicodedata.category(chr(code))[0] in self._categories else code
        return self[code]


_MARKS = {False: _Marks("P"), True: _Marks("PS")}


def remove_stop_words(text: str, language: Language) -> str:
    """English words whatever their case, Chinese ones by longest match. What stays is parted by one space where words
    went.
    """
    if language == "chinese":
        return _chinese().sub(_unless_stop, text)
    shorter = WORD.sub(_unless_stop, text)
    return text if shorter == text else " ".join(shorter.split())


def _unless_stop(match: re.Match[str]) -> str:
    return "" if match[0].lower() in STOP_WORDS else match[0]


@lru_cache(maxsize=1)
def _chinese() -> re.Pattern[str]:
    """The longest first: an alternative that stands before is taken."""
    words = sorted({*CHINESE, *CHINESE_KEPT}, key=lambda word: (-len(word), word))
    return re.compile("|".join(words))


CLEANERS: dict[str, Callable[..., str]] = {
    "unicode_form": unicode_form,
    "lower_case": lower_case,
    "html_to_text": to_text,
    "replace_addresses": replace_addresses,
    "replace_numbers": replace_numbers,
    "remove_punctuation": remove_punctuation,
    "remove_stop_words": remove_stop_words,
}
