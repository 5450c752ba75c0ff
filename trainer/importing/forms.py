"""The forms in which texts stand among the different cells of a column, and in which somebody reads them."""

import unicodedata
from hashlib import blake2b

from trainer.importing.words import FOREIGN_SPACES, plain

LONGEST_LEVEL = 80
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode's categories of what steers, and of what is half a character
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
    """The word with the numbers of characters that cannot be seen, or are seen as part of another."""
    composed = unicodedata.normalize("NFC", word)
    parts = {c for c in word if c not in composed and (unicodedata.combining(c) or JAMO[0] <= c <= JAMO[1])}
    return "".join(
        f"[U+{ord(c):04X}]" if c in parts or unicodedata.category(c) in UNSEEN or c in FOREIGN_SPACES else c
        for c in word
    )
