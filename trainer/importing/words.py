"""Words as people write them: those that look alike are the same. Shipped beside exports; it needs nothing else."""

import json
import re
import unicodedata
from typing import Any

FOREIGN_SPACES = "\u00a0\u2007\u2009\u200a\u202f\u3000"
HALF = re.compile("[\ud800-\udfff]")
SPACES = str.maketrans(dict.fromkeys(FOREIGN_SPACES, " "))
_NARROW = str.maketrans({chr(place + 0xFEE0): chr(place) for place in range(0x21, 0x7F)})  # of full width, as in Asia


def clean(text: str, longest: int = 1000) -> str:
    """``text`` composed (NFC), without control characters and lone surrogates, which no page and no
    database can hold.
    """
    composed = unicodedata.normalize("NFC", text[:longest])
    return "".join(
        c if c.isprintable() else "\ufffd" if unicodedata.category(c) in {"Cs", "Cn"} else " " for c in composed
    )


def plain(word: str) -> str:
    """The word that stands for all that look like it: without invisible characters, composed (NFC), spaces
    of one kind.
    """
    if word.isascii():
        return word
    visible = "".join(c for c in word if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", visible).translate(SPACES).strip() or word


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
