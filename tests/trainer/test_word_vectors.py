"""Word vectors: each form is read as it was written, faults are named with their line, and words are looked up."""

import gzip
import struct
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trainer.test_assets import read, refusal
from trainer.asset import AssetProfile
from trainer.assets.word_vectors import pieces, reader
from trainer.assets.word_vectors.importing import read as read_source
from trainer.assets.word_vectors.reader import ABSENT, WordVectors, hash_of
from trainer.errors import TrainerError
from trainer.importing.archives import Source

Table = np.ndarray[Any, np.dtype[np.float32]]
WORDS = ("the", "日光", "naïve", "😀", "of")
VECTORS: Table = (np.arange(20).reshape(5, 4) / 8 + 0.125).astype(np.float32)


def text(words: Sequence[str] = WORDS, vectors: Table = VECTORS, *, header: bool = False, end: str = "\n") -> bytes:
    rows = (f"{word} {' '.join(map(repr, map(float, row)))}{end}" for word, row in zip(words, vectors, strict=True))
    return ((f"{len(words)} {vectors.shape[1]}{end}" if header else "") + "".join(rows)).encode()


def binary(words: Sequence[str] = WORDS, vectors: Table = VECTORS, *, end: bytes = b"\n") -> bytes:
    rows = (word.encode() + b" " + row.astype("<f4").tobytes() + end for word, row in zip(words, vectors, strict=True))
    return f"{len(words)} {vectors.shape[1]}\n".encode() + b"".join(rows)


def opened(folder: Path, content: bytes, name: str = "file") -> tuple[WordVectors, AssetProfile]:
    profile = read(folder, content, name)
    return WordVectors.open(folder / "out" / "vectors.safetensors"), profile


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text(), id="GloVe"),
        pytest.param(text(header=True), id="fastText"),
        pytest.param(text(header=True, end=" \n"), id="word2vec, which ends lines by a blank"),
        pytest.param(text(header=True, end="\r\n"), id="of Windows"),
        pytest.param(text().replace(b" ", b"\t"), id="tabs"),
        pytest.param(text().replace(b" ", b"   "), id="several blanks"),
        pytest.param(b"\xef\xbb\xbf" + text(), id="a byte order mark"),
        pytest.param(text().removesuffix(b"\n"), id="no last end of line"),
        pytest.param(text() + b"\n \n", id="empty lines behind"),
        pytest.param(binary(), id="word2vec binary"),
        pytest.param(binary(end=b""), id="gensim binary"),
        pytest.param(gzip.compress(text(header=True)), id="gzip"),
        pytest.param(gzip.compress(binary()), id="binary in gzip"),
    ],
)
def test_each_form_is_read_as_it_was_written(content: bytes, tmp_path: Path) -> None:
    vectors, profile = opened(tmp_path, content)
    assert [vectors.word(row) for row in range(len(vectors))] == list(WORDS)
    assert np.array_equal(vectors.vectors, VECTORS)
    assert vectors.vectors.dtype == np.float32
    assert profile.measures == {"words": 5, "width": 4} and not profile.problems
    assert list(vectors.lookup([*WORDS, "absent", ""]).rows) == [0, 1, 2, 3, 4, ABSENT, ABSENT]


letters = st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=12)


@given(
    words=st.lists(letters.filter(lambda word: not word.isspace()), min_size=1, max_size=30, unique=True),
    seed=st.integers(0, 1000),
    form=st.sampled_from(["text", "header", "binary"]),
)
def test_any_words_come_back(words: list[str], seed: int, form: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    words = ["word", *(word for word in words if word != "word")]  # a file of numbers alone is a table
    vectors = np.random.default_rng(seed).normal(size=(len(words), 7)).astype(np.float32)
    content = binary(words, vectors) if form == "binary" else text(words, vectors, header=form == "header")
    folder = tmp_path_factory.mktemp("vectors")
    (folder / "file").write_bytes(content)
    read_source(Source.of(folder / "file", "file"), folder / "prepared", folder)
    result = WordVectors.open(folder / "prepared")
    matches = result.lookup(words)
    assert matches.is_present.all()
    assert np.array_equal(result.vectors[matches.rows], vectors)


def test_a_word_may_have_spaces(tmp_path: Path) -> None:
    content = text([*WORDS[:4], "at name@domain.com"])
    vectors, _ = opened(tmp_path, content)
    assert vectors.lookup(["at name@domain.com"]).rows[0] == 4
    assert np.array_equal(vectors.vectors, VECTORS)


def test_of_a_word_that_stands_there_twice_the_first_vector_is_taken(tmp_path: Path) -> None:
    vectors, profile = opened(tmp_path, text(["a", "b", "a", "c", "a"]))
    assert list(vectors.lookup(["a", "b", "c"]).rows) == [0, 1, 3]
    assert vectors.different == 3
    assert [(one.code, one.params) for one in profile.problems] == [("vectors_repeated", {"count": 2})]


def test_words_of_one_hash_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of_length(word: bytes) -> int:
        return len(word)

    monkeypatch.setattr(reader, "hash_of", of_length)
    monkeypatch.setattr("trainer.assets.word_vectors.importing.hash_of", of_length)
    vectors, profile = opened(tmp_path, text(["ab", "cd", "ab", "efg", "cd"]))
    assert list(vectors.lookup(["cd", "ab", "efg", "xy"]).rows) == [1, 0, 3, ABSENT]
    assert profile.problems[0].params == {"count": 2}


def test_the_hash_is_the_same_on_every_machine() -> None:
    assert hash_of(b"word") == -7669973388465560502


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (text().replace(b"0.625 0.75", b"0.625"), "vectors_line_width", {"line": 2, "count": 3, "width": 4}),
        (text(header=True).replace(b"0.625 0.75", b"0.625"), "vectors_line_width", {"line": 3}),
        (text().replace(b"0.625 0.75", b"0.625 0.75 9.5"), "vectors_line_width", {"line": 2, "count": 5}),
        (text().replace(b"0.625", b"nan"), "vectors_infinite", {"line": 2, "word": "日光"}),
        (text().replace(b"0.625", b"1e300"), "vectors_infinite", {"line": 2}),
        (text().replace(b"0.625", b"-inf"), "vectors_infinite", {"line": 2}),
        (text().replace(b"0.625 0.75", b" 0.625"), "vectors_line_width", {"line": 2, "count": 3}),
        (text().replace(b"0.625 0.75", b"0.625\x0b0.75\x0b0.875"), "vectors_line_width", {"line": 2}),
        (text().replace(b"0.625", b"x"), "vectors_no_number", {"line": 2, "value": "x"}),
        (text().replace(b"0.625", b"0_1"), "vectors_no_number", {"line": 2, "value": "0_1"}),
        (text()[:-7], "vectors_cut", {"line": 5}),
        (b"5 4\n", "vectors_none", {}),
        (text(WORDS, np.full((5, 4), np.nan, np.float32), header=True), "vectors_infinite", {"line": 2}),
        (binary(WORDS, np.where(VECTORS == 1.125, np.nan, VECTORS)), "vectors_infinite", {"count": 3}),
        (binary()[:-9], "vectors_binary_cut", {"count": 5, "words": 5}),
        (binary().replace(b"5 4\n", b"5 3\n"), "vectors_binary_damaged", {}),
        (binary().replace(b"5 4\n", b"5 5\n"), "vectors_binary_cut", {}),
        (binary().replace(b"5 4\n", b"3 4\n"), "vectors_binary_damaged", {"count": 3}),
        (b"3 5000\n" + b"a " + bytes(60000), "vectors_width", {"width": 5000, "most": 4096}),
        (b"a " + b"0.5 " * 5000 + b"\n", "vectors_width", {"width": 5000}),
        (b"3 0\na \nb \n", "vectors_damaged", {}),
        (struct.pack("<i", 793712314) + bytes(50), "vectors_of_model", {}),
        (b"\x80\x04\x95" + bytes(50), "pickle_refused", {}),
        (b"\x93NUMPY\x01\x00" + bytes(50), "vectors_alone", {}),
    ],
)
def test_a_fault_is_named_with_its_line(content: bytes, code: str, params: dict[str, Any], tmp_path: Path) -> None:
    error = refusal(tmp_path, content)
    assert error.code == code, str(error)
    assert {**error.params, **params} == error.params


def test_too_many_words_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.assets.word_vectors.importing.MOST_WORDS", 4)
    assert refusal(tmp_path, text()).code == "vectors_too_many"


def test_a_wrong_count_in_the_first_line_is_a_warning(tmp_path: Path) -> None:
    _, profile = opened(tmp_path, text(header=True).replace(b"5 4\n", b"9 4\n"))
    assert [(one.severity, one.code, one.params) for one in profile.problems] == [
        ("warning", "vectors_count", {"stated": 9, "words": 5})
    ]


def test_few_words_that_are_no_utf8_are_left_out_and_many_are_refused(tmp_path: Path) -> None:
    words = [f"w{number}" for number in range(200)]
    content = text(words, np.ones((200, 4), np.float32))
    vectors, profile = opened(tmp_path / "few", content.replace(b"w7 ", b"w\xff "))
    assert len(vectors) == 199
    assert [(one.code, one.params) for one in profile.problems] == [("vectors_garbled", {"count": 1, "place": 8})]
    error = refusal(tmp_path / "many", content.replace(b"w1", b"\xe9"))
    assert error.code == "vectors_encoding"


def test_empty_words_and_zero_vectors_are_told(tmp_path: Path) -> None:
    rows = np.concatenate([VECTORS, np.zeros((1, 4), np.float32), VECTORS[:1]])
    vectors, profile = opened(tmp_path, text([*WORDS, "zero", ""], rows))
    assert len(vectors) == 6
    assert [one.code for one in profile.problems] == ["vectors_zero", "vectors_empty_words"]


def test_scripts_of_words_are_named_as_those_of_texts(tmp_path: Path) -> None:
    words = ["large", "你好", "ｗｉｄｅ", "ばら"]
    _, profile = opened(tmp_path, text(words, VECTORS[:4]))
    (scripts,) = [fact.value for fact in profile.facts if fact.unit == "shares"]
    assert scripts == (("Latin", 0.5), ("Han", 0.25), ("Kana", 0.25))


def test_a_table_of_numbers_is_no_file_of_vectors(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"1 2 3\n4 5 6\n7 8 9\n").code == "asset_unknown"


def test_coverage_counts_words_and_tokens(tmp_path: Path) -> None:
    vectors, _ = opened(tmp_path, text())
    coverage = vectors.coverage({"the": 6, "of": 2, "rare": 1, "rarest": 1})
    assert (coverage.words, coverage.tokens, coverage.absent) == (0.5, 0.8, ("rare", "rarest"))
    assert vectors.coverage({}).tokens == 1.0


def test_what_lies_there_is_mapped_and_not_read(tmp_path: Path) -> None:
    vectors, _ = opened(tmp_path, text())
    base: Any = vectors.vectors
    while base.base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap) or type(base).__name__ == "mmap"
    with pytest.raises(ValueError, match="read-only"):
        vectors.vectors[0, 0] = 1


def test_memory_stays_flat_whatever_the_size(tmp_path: Path) -> None:
    """Some megabytes at a time: of 40 MB of vectors hardly a half is ever in memory, nor is a line that never ends."""
    count, width = 40_000, 256
    rows = np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)
    (tmp_path / "file").write_bytes(binary([f"w{number}" for number in range(count)], rows))
    source = Source.of(tmp_path / "file", "file")
    tracemalloc.start()
    try:
        read_source(source, tmp_path / "prepared", tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 * 2**20 < rows.nbytes
    assert np.array_equal(WordVectors.open(tmp_path / "prepared").vectors, rows)


def test_a_line_that_does_not_end_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK", 1 << 16)
    error = refusal(tmp_path, text() + b"a" * 2_000_000)
    assert error.code == "vectors_long_line" and error.params == {"line": 6}


def test_a_file_that_is_no_prepared_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    with pytest.raises(TrainerError, match="cannot be read"):
        WordVectors.open(tmp_path / "x")
