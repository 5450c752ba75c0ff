"""The forms in which texts stand among the different cells of a column, and in which somebody reads them."""

import re
import unicodedata
from hashlib import blake2b

from trainer.importing.words import FOREIGN_SPACES, composed, plain

LONGEST_LEVEL = 80
UNSEEN = {"Cf", "Cs", "Zl", "Zp"}  # Unicode's categories of what steers, parts lines, or is half a character
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
JAMO = ("\u1100", "\u11ff")  # the parts of Korean syllables


def short_form(cell: str) -> str:
    """Stands for a long text."""
    return "\0" + blake2b(cell.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_short_form(cell: str) -> bool:
    return cell.startswith("\0")


def plain_form(word: str) -> str:
    """The one for all that look like it."""
    return word if is_short_form(word) else plain(word)


def visible(word: str) -> str:
    """The word with the numbers of characters that cannot be seen, or are seen as part of another; ends of lines and
    tabulators stay."""
    if word.isascii() and CONTROL.search(word) is None:
        return word
    whole = set(composed(word))
    parts = {c for c in word if c not in whole and (unicodedata.combining(c) or JAMO[0] <= c <= JAMO[1])}
    return "".join(
        f"[U+{ord(c):04X}]"
        if c in parts or unicodedata.category(c) in UNSEEN or c in FOREIGN_SPACES or CONTROL.match(c)
        else c
        for c in word
    )
