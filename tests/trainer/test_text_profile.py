"""What the profile of a column of texts tells, held against Python's own counting."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from trainer.columns.text import Column, characters, lengths, profiling
from trainer.data.prepared import Array
from trainer.importing.profile import ColumnProfile, Texts

CELLS = [
    "The room was clean, and the bed was soft.",
    "",
    "房间大，装修好，服务佳。。。",
    "The room was clean, and the bed was soft.",
    "Прекрасный отель\nв центре 😀👨‍👩‍👧",
    " غرفة نظيفة ",
    "ホテルはとても良かった",
    "방이 깨끗해요",
    "\tno\x01where ",
    "e\u0301té à l'ombre",
    "x",
]


def laid(cells: Sequence[str]) -> tuple[Array, Array]:
    """As in the prepared file."""
    encoded = [cell.encode() for cell in cells]
    content = np.frombuffer(b"".join(encoded), np.uint8)
    return content, np.cumsum([0, *map(len, encoded)]).astype(np.int64)


def described(cells: Sequence[str]) -> tuple[Column, ColumnProfile]:
    return profiling.described(Column(name="text", missing=sum(not cell for cell in cells)), *laid(cells))


def texts(cells: Sequence[str]) -> Texts:
    profile = described(cells)[1].texts
    assert profile is not None
    return profile


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64, 2**20])
def test_characters_and_words_are_counted_right_wherever_the_pieces_end(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lengths, "PIECE", piece)
    cells = [*CELLS, "\ufffd", "a\ufffd\ufffdb"]
    counts = lengths.counted(*laid(cells))
    assert counts.characters.tolist() == [len(cell) for cell in cells]
    words = ["".join(" " if c <= " " or c == "\x7f" else c for c in cell).split(" ") for cell in cells]
    assert counts.words.tolist() == [sum(map(bool, own)) for own in words]
    assert counts.lost == 3


def test_no_text_at_all_has_a_profile_without_texts() -> None:
    column, profile = described(["", ""])
    assert profile.texts is None
    assert (column.characters, column.longest, column.distinct) == (0, 0, 0)
    assert profile.first == ("", "")


def test_lengths_are_those_of_the_texts_that_are_there() -> None:
    cells = [*("a" * n for n in range(1, 102)), "", ""]
    spread = texts(cells).characters
    assert spread.quartiles == (1, 26, 51, 76, 101)
    assert spread.mean == 51
    assert sum(spread.histogram.counts) == 101
    assert spread.histogram.edges[0] == 1
    assert spread.histogram.edges[-1] == 102


@pytest.mark.parametrize("cells", [["ab", "cd"], ["\x01", "\x02"], ["a", "a b" * 10_000]])
def test_a_histogram_has_every_text_in_a_bin(cells: list[str]) -> None:
    for spread in (texts(cells).characters, texts(cells).words):
        assert spread is not None
        edges = spread.histogram.edges
        assert sum(spread.histogram.counts) == len(cells)
        assert list(edges) == sorted(set(edges))


def test_duplicates_are_counted_and_what_is_missing_is_none() -> None:
    column, profile = described(CELLS)
    assert profile.texts is not None
    assert profile.texts.duplicates == 1
    assert column.distinct == profile.distinct == len(set(CELLS)) - 1
    assert texts(["long " * 100, "long " * 100, "long " * 99]).duplicates == 1


def test_letters_are_counted_by_script_as_unicode_names_them() -> None:
    letters = Counter(unicodedata.name(c).split()[0] for c in "".join(CELLS) if unicodedata.category(c).startswith("L"))
    kana = letters["HIRAGANA"] + letters["KATAKANA"]
    named = {"Latin": letters["LATIN"], "Han": letters["CJK"], "Cyrillic": letters["CYRILLIC"]}
    named |= {"Arabic": letters["ARABIC"], "Hangul": letters["HANGUL"], "Kana": kana}
    assert dict(texts(CELLS).scripts) == named
    assert dict(texts(["ＡＢｱ々ー", "አማርኛ ab"]).scripts) == {"Latin": 4, "Kana": 2, "Han": 1, "other": 4}


def test_the_commonest_words_are_counted_in_small_letters() -> None:
    profile = texts(["The cat saw the dog.", "the DOG, it's a dog!", "no-one"] * 3)
    assert not profile.are_pairs
    assert profile.terms[:2] == (("the", 9), ("dog", 9))
    assert {"it's", "no-one", "a"} <= dict(profile.terms).keys()


def test_chinese_and_japanese_have_pairs_of_characters_in_their_place() -> None:
    profile = texts(["酒店很好，酒店", "好酒店 hotel", "ホテル酒店"])
    assert profile.are_pairs
    assert profile.words is None
    assert profile.terms[0] == ("酒店", 4)
    assert "店好" not in dict(profile.terms), "the end of a text and the beginning of the next are no pair"
    assert dict(profile.terms)["ホテ"] == 1


def test_words_that_come_in_any_text_are_left_out_beside_it() -> None:
    assert texts(["The dog and the cat", "the dog is not here"]).telling == (("dog", 2), ("cat", 1), ("not", 1))
    pairs = texts(["我们的酒店", "酒店的地方", "他的酒店"])
    assert {"我们", "们的", "的酒"} <= dict(pairs.terms).keys()
    assert pairs.telling == (("酒店", 3), ("地方", 1))
    assert texts(["Hund und Katze"]).telling == (), "of a language whose stop words are unknown"


def test_a_long_column_is_examined_here_and_there_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_EXAMINED", "MOST_COUNTED"):
        monkeypatch.setattr(characters, name, 64 * 1024)
    monkeypatch.setattr(characters, "STRETCH", 1024)
    profile = texts(["first half", *["hello there"] * 20_000, *["大家好"] * 20_000])
    assert profile.is_sampled
    assert profile.counted <= profile.examined <= 66 * 1024
    shares = {name: count / sum(count for _, count in profile.scripts) for name, count in profile.scripts}
    assert shares["Latin"] == pytest.approx(200 / 260, abs=0.05)
    assert not texts(CELLS).is_sampled


def test_samples_go_from_the_shortest_to_the_longest_and_say_how_long_they_are() -> None:
    cells = ["", *("word " * n for n in range(1, 200))]
    samples = texts(cells).samples
    assert [sample.characters for sample in samples] == sorted(sample.characters for sample in samples)
    assert (samples[0].row, samples[0].text, samples[0].is_cut) == (2, "word ", False)
    assert (samples[-1].row, samples[-1].characters, samples[-1].is_cut) == (200, 995, True)
    assert cells[199].startswith(samples[-1].text)
    assert len(texts(["a", "bb"]).samples) == 2


def test_what_cannot_be_seen_stands_in_samples_by_number() -> None:
    profile = texts(["a\u202eb\x00c\u200b\n", "plain"])
    assert profile.samples[-1].text == "a[U+202E]b[U+0000]c[U+200B]\n"
    assert dict(profile.unseen) == {"U+202E": 1, "U+0000": 1, "U+200B": 1}


def test_first_values_that_go_on_end_in_a_mark() -> None:
    first = described(["a" * 200, "b" * 201, ""])[1].first
    assert first == ("a" * 200, "b" * 200 + "…", "")
