"""Texts as a page can show them."""

CUT = "…"


def spoken(text: str) -> str:
    """With a sign for what no page and no database can hold: halves of pairs and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
