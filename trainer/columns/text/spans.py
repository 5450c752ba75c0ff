"""Where the words of a text are: of scripts that put no space between words each character by itself."""

import re

# Characters that are a word by themselves: Han with its extensions, and kana.
SINGLE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LETTER = rf"(?:(?![{SINGLE}])\w)"
SPAN = re.compile(rf"[{SINGLE}]|{LETTER}+(?:['’.\-]{LETTER}+)*|[^\w\s]+")


def spans(text: str) -> list[tuple[int, int]]:
    """Beginning and end of each word, of each character of such a script, and of what stands between them."""
    return [match.span() for match in SPAN.finditer(text)]
