"""The scripts that letters are of, by one name each wherever letters are counted."""

import unicodedata

from trainer.sentences import gettext_noop as _

SCRIPTS = {
    "LATIN": _("Latin"),
    "CJK": _("Han"),
    "IDEOGRAPHIC": _("Han"),
    "HIRAGANA": _("Kana"),
    "KATAKANA": _("Kana"),
    "KATAKANA-HIRAGANA": _("Kana"),
    "HANGUL": _("Hangul"),
    "CYRILLIC": _("Cyrillic"),
    "GREEK": _("Greek"),
    "ARABIC": _("Arabic"),
    "HEBREW": _("Hebrew"),
    "THAI": _("Thai"),
    "DEVANAGARI": _("Devanagari"),
}  # what the names of their letters begin with
WIDTHS = frozenset({"FULLWIDTH", "HALFWIDTH"})
OTHER = _("other")


def script(letter: str) -> str:
    """A message identifier."""
    name = unicodedata.name(letter, "").split(" ")
    return SCRIPTS.get(name[1] if name[0] in WIDTHS and len(name) > 1 else name[0], OTHER)
