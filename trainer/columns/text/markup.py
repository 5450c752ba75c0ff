"""HTML to text. Shipped beside exports; it needs the standard library alone.

Not by ``html.parser``: that takes the square of the length for what is not closed, raises for some, and reads
differently in each release of Python, while a model needs the same text in all of them.
"""

import html
import re
from collections.abc import Iterator


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup
    option p pre search section select summary table tbody textarea tfoot thead title tr ul
    """
)
CELLS = frozenset({"td", "th"})
HIDDEN = frozenset({"script", "style"})  # with all that stands between
INLINE = _names(
    """
    a abbr acronym applet area audio b base basefont bdi bdo big blink button canvas cite code col colgroup data
    datalist del dfn em embed font frame i iframe img input ins kbd label link map mark marquee meta meter nobr
    noframes noscript object output param picture progress q rp rt ruby s samp slot small source span strike strong
    sub sup svg template time track tt u var video wbr
    """
)
ELEMENTS = BLOCKS | CELLS | HIDDEN | INLINE
MOST_QUOTES = 64  # attributes of a tag whose quotes are looked at: else what never ends would be read again and again

_OPENING = re.compile(r"<(?:(/?)([A-Za-z][A-Za-z0-9]*(?:[:\-][A-Za-z0-9]+){0,4})(?=[\s/>])|!--|[!?](?=[A-Za-z\[]))")
_MARK = re.compile("[>\"']")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_END = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in HIDDEN}


def to_text(text: str) -> str:
    """Without tags, comments, scripts and styles, entities as their characters; a block begins a line. What is no tag
    of HTML stays, as in ``a < b``, ``<url>`` and ``AT&T``.
    """
    plain = "".join(_Markup(text).between_tags()) if "<" in text else text
    if plain != text:
        plain = "\n".join(filter(None, (line.strip() for line in plain.split("\n"))))
    return _ENTITY.sub(_character, plain)


def _character(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    return " " if character == "\u00a0" else character


def _in_place_of(match: re.Match[str]) -> str:
    name = (match[2] or "").lower()
    return "\n" if name in BLOCKS else " " if name in CELLS else ""


class _Markup:
    """A text with tags, read once from its beginning. What is known to come no more is not looked for again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._never: set[str] = set()  # marks that come no more
        self._patience = 100  # tags whose quotes may be wrong: each costs MOST_QUOTES looks

    def between_tags(self) -> Iterator[str]:
        at = begin = 0
        while (match := _OPENING.search(self._text, at)) is not None:
            at = match.end()
            stop = self._stop(match)
            if stop is not None:
                yield self._text[begin : match.start()]
                yield _in_place_of(match)
                at = begin = stop
        yield self._text[begin:]

    def _stop(self, match: re.Match[str]) -> int | None:
        """Where what begins here has ended; None where it does not, or is no HTML."""
        if match[0] == "<!--":
            return self._behind("-->", match.start() + 2)
        name = (match[2] or "").lower()
        if name and name not in ELEMENTS and name.isalnum():  # of other languages there are ``o:p`` and ``my-element``
            return None
        end = self._tag_end(match.end())
        is_hidden = end is not None and name in HIDDEN and not match[1]
        return self._behind_element(name, end) if is_hidden and end is not None else end

    def _behind_element(self, name: str, begin: int) -> int:
        """Behind the tag that closes it; at once where none does."""
        close = _END[name].search(self._text, begin) if name not in self._never else None
        end = self._tag_end(close.end()) if close is not None else None
        if end is None:
            self._never.add(name)
        return end or begin

    def _behind(self, mark: str, begin: int) -> int | None:
        place = -1 if mark in self._never else self._text.find(mark, begin)
        if place < 0:
            self._never.add(mark)
            return None
        return place + len(mark)

    def _tag_end(self, begin: int) -> int | None:
        """Behind the first ``>`` outside of quotes; where quotes are wrong, behind the first of all."""
        at = begin
        for _ in range(MOST_QUOTES if self._patience else 0):
            mark = _MARK.search(self._text, at)
            if mark is None:
                break
            if mark[0] == ">":
                return mark.end()
            at = self._text.find(mark[0], mark.end()) + 1
            if not at:
                break
        self._patience = max(0, self._patience - 1)
        return self._behind(">", begin)
