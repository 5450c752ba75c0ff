"""Words that look alike are one word, in time in proportion to it."""

import time
import unicodedata

import pytest

from trainer.columns.date.forms import without_accents
from trainer.importing.forms import visible
from trainer.importing.words import MOST_MARKS, composed, plain

MEGABYTES = 2_000_000
SECONDS = 10  # of which each needs a tenth: on a machine that does much else too
BELOW, ABOVE = "\u0316", "\u0301"  # marks that Unicode puts in order: those below a letter first


@pytest.mark.parametrize("text", ["cafe\u0301", "a\u0301\u0316\u0327", "\u1100\u1161", "e" + ABOVE * MOST_MARKS])
def test_texts_as_people_write_them_are_composed_as_unicode_says(text: str) -> None:
    assert composed(text) == plain(text) == unicodedata.normalize("NFC", text)


def test_marks_beyond_what_a_letter_can_have_stay_and_their_text_is_still_one_word() -> None:
    text = "e" + ABOVE * 100
    assert composed(text).count(ABOVE) + 1 == text.count(ABOVE)
    assert composed(composed(text)) == composed(text) == plain(text)


@pytest.mark.parametrize("read", [plain, visible, without_accents])
@pytest.mark.parametrize("piece", [ABOVE + BELOW, "e" + ABOVE])
def test_megabytes_of_marks_take_seconds(read: type[str], piece: str) -> None:
    """What takes the square of the length takes hours."""
    text = "x" + piece * (MEGABYTES // len(piece.encode()))
    began = time.perf_counter()
    assert read(text)
    assert time.perf_counter() - began < SECONDS
