"""Words as people write them: those that look alike are the same. Shipped beside exports; it needs nothing else."""

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any, Literal

FOREIGN_SPACES = "\u00a0\u2007\u2009\u200a\u202f\u3000"
HALF = re.compile("[\ud800-\udfff]")
SPACES = str.maketrans(dict.fromkeys(FOREIGN_SPACES, " "))
_NARROW = str.maketrans({chr(place + 0xFEE0): chr(place) for place in range(0x21, 0x7F)})  # of full width, as in Asia
MOST_MARKS = 30  # on one letter, as in Unicode's stream-safe texts: to order them takes the square of their number
BEYOND = "\U00010000"  # from here on the library of regular expressions is slow
JOINER = "\u034f"  # which Unicode puts between more


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """One spelling for what looks alike, in time in proportion to the text: of more than MOST_MARKS marks on a letter
    the others stand apart.
    """
    return text if text.isascii() else _marks_apart(unicodedata.normalize(form, _marks_apart(text)))


def _marks_apart(text: str) -> str:
    perhaps, surely = _many_marks()
    return surely.sub(rf"\1{JOINER}", text) if perhaps.search(text) else text


@lru_cache(maxsize=1)
def _many_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds texts that may have too many, fast, and what stands before the one too many."""
    marks = [chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code))]
    common = "".join(mark for mark in marks if mark < BEYOND)
    return (
        re.compile(f"[{common}{BEYOND}-\U0010ffff]{{{MOST_MARKS + 1}}}"),
        re.compile(f"([{''.join(marks)}]{{{MOST_MARKS}}})(?=[{''.join(marks)}])"),
    )


def clean(text: str, longest: int = 1000) -> str:
    """``text`` composed (NFC), without control characters and lone surrogates, which no page and no
    database can hold.
    """
    return "".join(
        c if c.isprintable() else "\ufffd" if unicodedata.category(c) in {"Cs", "Cn"} else " "
        for c in composed(text[:longest])
    )


def plain(word: str) -> str:
    """The word that stands for all that look like it: without invisible characters, composed (NFC), spaces
    of one kind.
    """
    if word.isascii():
        return word
    visible = "".join(c for c in word if unicodedata.category(c) != "Cf")
    return composed(visible).translate(SPACES).strip() or word


def narrow(text: str) -> str:
    """With letters, digits and signs of full width as those of half width."""
    return text if text.isascii() else text.translate(_NARROW)


def folded(word: str, trim: bool, fold: bool) -> str:
    """The word without what is to count for nothing: spaces at its ends and more than one within, capital letters."""
    trimmed = " ".join(word.split()) if trim else word
    return trimmed.casefold() if fold else trimmed


def cell(value: Any) -> str:
    """A value of JSON as the cell of a table: nothing and NaN as an empty one, lists and objects as JSON. What is half
    a character, which JSON can write, is lost, and zero characters are spaces."""
    if value is None or value != value:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (text if text.isascii() else HALF.sub("\ufffd", text)).replace("\0", " ")
