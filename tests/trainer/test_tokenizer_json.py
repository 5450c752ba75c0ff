"""A tokenizer.json: read as the library reads it, told from what is like it, and no file of it hurts."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from tests.trainer.test_assets import read, refusal
from trainer.assets.tokenizer_json import foreign, importing, reader
from trainer.errors import TrainerError
from trainer.importing import asset_preparation
from trainer.importing.apart import LIMITS, apart
from trainer.importing.limits import Limits

TEXTS = ["good food and good service", "bad food", "这家店的菜很好吃", "naïve café"] * 5
SPECIAL = ["[PAD]", "[UNK]"]
BASE: dict[str, Any] = {
    "version": "1.0",
    "added_tokens": [],
    "normalizer": None,
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {"type": "WordLevel", "vocab": {"a": 0, "[UNK]": 1}, "unk_token": "[UNK]"},
}


def trained(name: str) -> Tokenizer:
    """One of each model that the library has, trained on a few texts."""
    model, trainer = {
        "WordLevel": (models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(special_tokens=SPECIAL)),
        "BPE": (models.BPE(unk_token="[UNK]"), trainers.BpeTrainer(special_tokens=SPECIAL, show_progress=False)),
        "WordPiece": (
            models.WordPiece(unk_token="[UNK]"),
            trainers.WordPieceTrainer(special_tokens=SPECIAL, show_progress=False),
        ),
        "Unigram": (
            models.Unigram(),
            trainers.UnigramTrainer(special_tokens=SPECIAL, unk_token="[UNK]", show_progress=False),
        ),
    }[name]
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def content(**changes: Any) -> bytes:
    return json.dumps({**BASE, **changes}).encode()


@pytest.mark.parametrize("name", ["WordLevel", "BPE", "WordPiece", "Unigram"])
def test_each_model_is_read_and_described(name: str, tmp_path: Path) -> None:
    tokenizer = trained(name)
    profile = read(tmp_path, tokenizer.to_str().encode(), "tokenizer.json")
    facts = {fact.label: fact.value for fact in profile.facts}
    assert facts["Model"] == name and facts["Tokens"] == tokenizer.get_vocab_size() == profile.measures["tokens"]
    assert facts["Unknown token"] == "[UNK]" and facts["Padding token"] == "[PAD]"
    assert facts["Normalizer"] == "NFC, Lowercase"
    again = reader.load((tmp_path / "out" / "tokenizer.json").read_bytes())
    assert all(again.encode(text).tokens == tokenizer.encode(text).tokens for text in TEXTS)
    assert profile.samples[0].items[:2] == tuple(SPECIAL)
    assert not profile.problems


def test_what_the_file_says_of_padding_and_length_is_not_done(tmp_path: Path) -> None:
    tokenizer = trained("WordLevel")
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=9)
    profile = read(tmp_path, tokenizer.to_str().encode())
    again = reader.load((tmp_path / "out" / "tokenizer.json").read_bytes())
    assert len(again.encode("good food and good service").tokens) == 5
    assert [one.code for one in profile.problems] == ["tokenizer_truncation"]


def test_that_nothing_stands_for_the_unknown_is_a_warning(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(show_progress=False))
    assert [one.code for one in read(tmp_path, tokenizer.to_str().encode()).problems] == ["tokenizer_no_unknown"]


SENTENCEPIECE = b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02" + b"\n\x0a\n\x03\xe2\x96\x81\x15\0\0\0\xc0" * 9


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b'{"tokenizer_class": "BertTokenizer", "model_max_length": 512}', "tokenizer_config"),
        (b'{"unk_token": "[UNK]", "pad_token": "[PAD]"}', "tokenizer_config"),
        (b'{"architectures": ["BertModel"], "model_type": "bert"}', "tokenizer_model_config"),
        (b'{"the": 0, "of": 1}', "tokenizer_vocabulary"),
        (b"[PAD]\n[UNK]\n[CLS]\nthe\n", "tokenizer_vocabulary"),
        (b'{"class_name": "Tokenizer", "config": {"num_words": 10}}', "tokenizer_keras"),
        (SENTENCEPIECE, "tokenizer_sentencepiece"),
        (b"IQ== 0\nIg== 1\nIw== 2\nJA== 3\n", "tokenizer_tiktoken"),
        (b"#version: 0.2\nt h\nth e\n", "tokenizer_merges"),
        (b'{"rows": [1, 2, 3]}', "tokenizer_other_json"),
        (b'{"model": "x"}', "tokenizer_other_json"),
        (b"{" + b'"a":{' * 5000 + b"}" * 5001, "tokenizer_other_json"),
        (b'{"version":"1.0","model":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "tokenizer_deep"),
        (content()[:-40], "tokenizer_no_json"),
        (content(model={"type": "Nothing", "vocab": {}}), "tokenizer_unreadable"),
        (content(model={"type": "WordLevel", "vocab": {}, "unk_token": "x"}), "tokenizer_empty"),
        (content(model={"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}), "tokenizer_unreadable"),
        (content(pre_tokenizer={"type": "Split", "pattern": {"Regex": "((("}}), "tokenizer_unreadable"),
    ],
)
def test_what_is_like_one_is_told_what_it_is(upload: bytes, code: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, upload, "upload.json")
    assert error.code == code, str(error)


def test_a_huge_one_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST_BYTES", 1000)
    monkeypatch.setattr(importing, "MOST_BYTES", 1000)
    error = refusal(tmp_path, content(filler="x" * 2000))
    assert error.code == "tokenizer_large"


def test_too_many_tokens_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_TOKENS", 1)
    assert refusal(tmp_path, content()).code == "tokenizer_tokens"


def test_a_number_beyond_all_tokens_is_refused(tmp_path: Path) -> None:
    """A network would have a vector for each number up to it."""
    upload = content(model={"type": "WordLevel", "vocab": {"a": 2**32 - 1, "[UNK]": 1}, "unk_token": "[UNK]"})
    error = refusal(tmp_path, upload)
    assert (error.code, error.params["number"]) == ("tokenizer_tokens", 2**32 - 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAAAAAA"}},
        {"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "[UNK]"}},
        {
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[X]", "type_id": 0}}],
                "pair": [],
                "special_tokens": {},
            }
        },
    ],
    ids=["a panic in the normalizer", "no unknown token", "a panic in the post-processor"],
)
def test_one_that_breaks_the_library_on_a_text_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    error = refusal(tmp_path, content(**changes))
    assert error.code == "tokenizer_breaks" and error.params["reason"]


def replacing(letter: str, by: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": letter}, "content": by}


@pytest.mark.parametrize(
    "normalizer",
    [
        replacing("never", "x" * 101),
        {"type": "Prepend", "prepend": "x" * 101},
        {"type": "Sequence", "normalizers": [replacing("q", "z" * 20), replacing("z", "y" * 20)]},
    ],
    ids=["long", "before each", "twice"],
)
def test_one_that_makes_long_texts_of_letters_is_refused(normalizer: dict[str, Any], tmp_path: Path) -> None:
    error = refusal(tmp_path, content(normalizer=normalizer))
    assert error.code == "tokenizer_growth", str(error)


@pytest.mark.parametrize("name", ["NFC", "NFD", "NFKC", "NFKD", "Nmt", "StripAccents", "Lowercase"])
def test_the_forms_of_unicode_are_no_growth(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, content(normalizer={"type": name})).measures == {"tokens": 2}


def test_in_one_that_cuts_bytes_nothing_is_unknown(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(initial_alphabet=alphabet, show_progress=False))
    assert not read(tmp_path, tokenizer.to_str().encode()).problems


def test_one_that_needs_gigabytes_ends_its_own_process_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a table that asks for 8 GB the library dies, without a word to Python."""
    _limit(monkeypatch, Limits(memory=256 * 2**20))
    normalizer = {"type": "Precompiled", "precompiled_charsmap": "//////8/AAAA"}
    error = refusal(tmp_path, content(normalizer=normalizer), "bomb.json")
    assert error.code == "asset_breaks"
    assert "bomb.json" in str(error) and "SIGABRT" in str(error)


def test_one_that_computes_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library heeds no signal while it computes: the kernel ends the process."""
    _limit(monkeypatch, Limits(memory=256 * 2**20, cpu_seconds=1))
    monkeypatch.setattr(importing, "PROBES", ("a" * 50_000,) * 400)
    error = refusal(tmp_path, content(pre_tokenizer={"type": "Split", "pattern": {"Regex": "."}, **ISOLATED}))
    assert error.code == "asset_time"


ISOLATED = {"behavior": "Isolated", "invert": False}


def test_one_that_is_slow_on_some_texts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PROBE_SECONDS", 0.0)
    error = refusal(tmp_path, content())
    assert error.code == "tokenizer_slow"


@pytest.mark.parametrize("pattern", ["(a+)+$|(a|aa)+b", "(a*)*b", "(.*)*x(.*)*y"])
def test_a_pattern_that_searches_without_end_is_bounded(pattern: str, tmp_path: Path) -> None:
    """The library gives such a search up by itself, or it is refused: no run meets it."""
    upload = content(pre_tokenizer={"type": "Split", "pattern": {"Regex": pattern}, **ISOLATED})
    try:
        profile = read(tmp_path, upload)
    except TrainerError as error:
        assert error.code in {"tokenizer_slow", "tokenizer_breaks"}
    else:
        assert profile.measures == {"tokens": 2}


def test_an_error_of_ours_is_not_taken_for_the_files() -> None:
    def fail() -> str:
        raise AssertionError("ours")

    with pytest.raises(RuntimeError, match="error of ours"):
        apart(fail, "file")


def _limit(monkeypatch: pytest.MonkeyPatch, limits: Limits) -> None:
    assert limits.memory < LIMITS.memory
    monkeypatch.setattr(asset_preparation, "apart", lambda work, name: apart(work, name, limits))
