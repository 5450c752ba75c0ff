"""A preview shows what cleaning and tokenizers make of somebody's texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from tests.trainer import mixed, samples
from tests.trainer.test_previewing import result
from trainer.asset import role
from trainer.attempt import events
from trainer.attempt.assets import NO_ASSETS
from trainer.catalog import listing
from trainer.columns import Column, module_of, number, text
from trainer.columns.text.pieces import pieces
from trainer.columns.text.tokens import tokens
from trainer.data.prepared import write_prepared
from trainer.data.summary import DataSummary
from trainer.previewing.report import Preview, Tokenization
from trainer.sentences import filled
from trainer.tokenizers import TokenizerSpec

NOTE = {"name": "regression", "target": "price", "features": ["note"]}
PRICE = {"name": "regression", "target": "price"}
STRANGE = [
    "",
    "hello world",
    "  two  spaces ",
    "\U0001f600\u200d\U0001f680 emoji",
    "a\ud800b",
    "nul\0here",
    "\u202bשלום עולם\u202c",
    "你好，世界！",
    "[UNK] [PAD] <s>",
    "long " * 60,
]


def of_texts(folder: Path, cells: list[str], assets: Mapping[str, Path] | None = None, **spec: Any) -> samples.Done:
    columns: tuple[Column, ...] = (number.Column(name="price", distinct=9), text.Column(name="note"))
    arrays = {"numbers": np.arange(len(cells), dtype=float)[:, None], **mixed.texts("note", cells)}
    folder.mkdir(exist_ok=True)
    write_prepared(folder / "prepared.safetensors", DataSummary(rows=len(cells), columns=columns), arrays)
    return samples.attempt(
        folder / "run",
        "preview",
        {"task": PRICE, **spec},
        {"prepared": folder / "prepared.safetensors", **(assets or {})},
    )


def tokenization(preview: Preview) -> Tokenization:
    (one,) = preview.tokenizations
    return one


def test_texts_that_change_are_counted_and_shown_around_their_first_change(tmp_path: Path) -> None:
    cells = ["Same", "same", "x" * 500 + " Ä " + "y" * 500, *["z"] * 20]
    preview = result(of_texts(tmp_path, cells, cleaning=[{"name": "lower_case"}]))
    (change,) = preview.changes
    assert (change.column, change.count) == ("note", 2)
    first, second = change.cells
    assert (first.row, first.before, first.after) == (1, "Same", "same")
    assert str(second.before).startswith("…" + "x" * 29 + " Ä yyy") and str(second.before).endswith("y…")
    assert " ä " in str(second.after)
    assert (change.before.characters, change.before.most_characters) == (1, 1003)


def test_a_text_is_shown_in_its_tokens_with_what_is_unknown_and_what_is_cut(tmp_path: Path) -> None:
    cells = ["ab ab ab q ab", *["ab ba"] * 30, ""]
    one = tokenization(result(of_texts(tmp_path, cells, tokenizers=[{"name": "words", "longest": 4}])))
    assert (one.column, one.tokenizer, one.vocabulary, one.longest) == ("note", "words", 4, 4)
    first = one.texts[0]
    assert (first.row, first.tokens) == (1, 5)
    kinds = [(piece.text, piece.kind) for piece in first.pieces]
    assert kinds == [
        *[("ab", "known"), (" ", "between")] * 3,
        ("q", "unknown"),
        (" ab", "cut"),
    ]
    assert [len(text.pieces) for text in one.texts] == [8, 3, 3, 3, 3]
    assert one.lengths is not None
    assert (one.lengths.least, one.lengths.middle) == (2, 2)
    assert one.fitted_on == one.rows
    assert 0.9 < one.known <= 1


def test_with_the_end_kept_the_beginning_is_cut_off(tmp_path: Path) -> None:
    fields = {"name": "characters", "longest": 2, "keep": "end", "least": 1}
    one = tokenization(result(of_texts(tmp_path, ["abcd"] * 20, tokenizers=[fields])))
    assert [(piece.text, piece.kind) for piece in one.texts[0].pieces] == [
        ("ab", "cut"),
        ("c", "known"),
        ("d", "known"),
    ]
    assert one.cut == 1


def test_many_texts_are_sampled_and_that_is_told(tmp_path: Path) -> None:
    words = [f"{number:x} flat near the lake, quiet and large " * 20 for number in range(1500)]
    one = tokenization(result(of_texts(tmp_path, words, tokenizers=[{"name": "unigram", "vocabulary": 100}])))
    assert one.fitted_on < one.rows == 1200


@pytest.mark.parametrize("name", listing("tokenizers"))
@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        ([""] * 20, {}),
        (["!!!", "...", "?"] * 8, {}),
        (["only a few words"] * 20, {"vocabulary": 200_000}),
        (["".join(map(chr, range(0x4E00, 0x4F00)))] * 20, {"vocabulary": 16}),
    ],
    ids=["empty", "empty behind the cleaning", "more tokens than texts", "fewer tokens than letters"],
)
def test_strange_texts_have_a_sensible_result_or_a_sentence(
    name: str, cells: list[str], fields: dict[str, Any], tmp_path: Path
) -> None:
    if not can(name, fields):
        return
    done = of_texts(
        tmp_path, cells, cleaning=[{"name": "remove_punctuation"}], tokenizers=[{"name": name, "least": 1, **fields}]
    )
    one = tokenization(result(done))
    is_empty = cells[0] in ("", "!!!")
    assert (one.lengths is None) == is_empty == (not one.texts)
    assert one.vocabulary <= max(16, fields.get("vocabulary", 16))


def can(name: str, fields: dict[str, Any]) -> bool:
    spec = listing("tokenizers")[name].spec
    return {"least", *fields} <= spec.model_fields.keys()


def test_a_text_without_anything_left_is_told_in_the_log_of_a_training_and_others_by_their_tokens(
    tmp_path: Path,
) -> None:
    prepared = mixed.write(tmp_path / "prepared.safetensors", rows=100)
    spec = {"task": {**NOTE}, "epochs": 1, "exporters": [], "tokenizers": [{"name": "words", "longest": 6}]}
    model = {"model": mixed.small("text_bag")}
    done = samples.attempt(tmp_path / "run", "train", {**spec, **model}, {"prepared": prepared})
    messages = [filled(log.message, log.params) for log in done[events.Log]]
    measured, unfilled = (message for message in messages if message.startswith("“note”"))
    assert "“note”: 12 tokens, 0 % unknown, " in measured and "of the texts are cut." in measured
    assert "fewer tokens than the vocabulary that was asked for, 12 of " in unfilled


@pytest.mark.parametrize("name", listing("tokenizers"))
def test_pieces_are_the_tokens_and_together_the_text(name: str) -> None:
    entry = listing("tokenizers")[name]
    assert issubclass(entry.spec, TokenizerSpec)
    if not can(name, {}):
        return
    corpus = [cell.encode("utf-8", "replace").decode() for cell in STRANGE]
    fitted = entry.module.fit(entry.spec.model_validate({"least": 1}), lambda: corpus, NO_ASSETS)
    for keep in ("beginning", "end"):
        block = module_of(text.Column(name="note"), "values").tokenized(
            text.Block(name="text", column="note"), longest=5, keep=keep, **fitted
        )
        for cell in corpus:
            parts, count = pieces(cell, block.tokenizer)
            numbers, (length,) = tokens([cell], block.description())
            shown = [part for part in parts if part.kind in ("known", "unknown")]
            assert "".join(part.text for part in parts) == cell
            assert length == max(1, min(count, 5))
            assert len(shown) <= length
            if len(shown) == length:
                assert [part.kind == "unknown" for part in shown] == [token == 1 for token in numbers.tolist()]


def test_a_tokenizer_of_a_file_is_shown_with_its_own_unknown_token(tmp_path: Path) -> None:
    content = listing("assets")["tokenizer_json"].module.examples()[0]["tokenizer.json"]
    (tmp_path / "tokenizer.json").write_bytes(content)
    name = "0f0e0d0c-0b0a-4909-8807-060504030201"
    vocabulary = Tokenizer.from_str(content.decode()).get_vocab()
    word = next(word for word in sorted(vocabulary) if word.isalpha())
    tokenizers = [{"name": "uploaded", "file": name}]
    given = {role(name): tmp_path / "tokenizer.json"}
    done = of_texts(tmp_path / "data", [f"{word} \U0001f600"] * 20, given, tokenizers=tokenizers)
    pieces = tokenization(result(done)).texts[0].pieces
    assert (pieces[0].text, pieces[0].kind) == (word, "known")
    assert (pieces[-1].text, pieces[-1].kind) == ("\U0001f600", "unknown")
