"""How a text is cut into tokens, for somebody to look at."""

from collections.abc import Iterator
from typing import NamedTuple

from trainer.columns import PieceKind, TextPiece
from trainer.columns.text import Tokenizer
from trainer.columns.text.tokens import CHARACTERS_A_TOKEN, UNKNOWN, bounded, library_tokenizer


class _Span(NamedTuple):
    """A token: where it stands, and its number."""

    begin: int
    end: int
    number: int


def pieces(text: str, tokenizer: Tokenizer) -> tuple[list[TextPiece], int]:
    """The tokens of a cleaned text with what stands between them, as long as that is; and how many tokens it has before
    it is cut.
    """
    is_beginning = tokenizer.keep == "beginning"
    text = bounded(text, tokenizer.longest * CHARACTERS_A_TOKEN, is_beginning)
    spans = _spans(text, tokenizer)
    kept = spans[: tokenizer.longest] if is_beginning else spans[-tokenizer.longest :]
    begin = 0 if is_beginning or len(spans) <= len(kept) else kept[0].begin
    end = len(text) if not is_beginning or len(spans) <= len(kept) else kept[-1].end
    parts = [
        TextPiece(text[:begin], "cut"),
        *_with_gaps(text, begin, end, kept, unknown_number(tokenizer)),
        TextPiece(text[end:], "cut"),
    ]
    return [part for part in parts if part.text], len(spans)


def unknown_number(tokenizer: Tokenizer) -> int:
    """Of what is unknown. One that was trained elsewhere has its own, or none."""
    if not tokenizer.shift:
        return UNKNOWN
    library = library_tokenizer(tokenizer.library)
    token = getattr(library.model, "unk_token", None)
    number = library.token_to_id(token) if token else None
    return UNKNOWN if number is None else int(number) + tokenizer.shift


def _with_gaps(text: str, begin: int, end: int, spans: list[_Span], unknown: int) -> Iterator[TextPiece]:
    """Of several tokens at one place, such as bytes of a character, the first is shown."""
    for span in spans:
        yield TextPiece(text[begin : span.begin], "between")
        kind: PieceKind = "unknown" if span.number == unknown else "known"
        yield TextPiece(text[max(begin, span.begin) : span.end], kind)
        begin = max(begin, span.end)
    yield TextPiece(text[begin:end], "between")


def _spans(text: str, tokenizer: Tokenizer) -> list[_Span]:
    if not tokenizer.library:
        own = frozenset(tokenizer.characters)
        return [_Span(at, at + 1, UNKNOWN + (character in own)) for at, character in enumerate(text)]
    encoding = library_tokenizer(tokenizer.library).encode(text, add_special_tokens=False)
    tokens = zip(encoding.offsets, encoding.ids, strict=True)
    return [_Span(begin, end, number + tokenizer.shift) for (begin, end), number in tokens]
