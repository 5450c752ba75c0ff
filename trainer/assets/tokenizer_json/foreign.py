"""Files that people take for a tokenizer.json, and what to give instead: told by content, never by a name."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from trainer.errors import TrainerError
from trainer.importing.archives import Source
from trainer.sentences import gettext_noop as _

MOST_BYTES = 50 * 1024 * 1024
MOST_DEPTH = 100
PART = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)  # a string, whole or cut, or a bracket
TIKTOKEN = re.compile(rb"[A-Za-z0-9+/]+={0,2} [0-9]+")
SPECIAL = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
MARK = b"\xef\xbb\xbf"

_CONFIG = (
    "tokenizer_config",
    _(
        "“%(name)s” is a tokenizer_config.json: it has settings but no vocabulary. Give the file tokenizer.json of the "
        "same folder."
    ),
)
_MODEL_CONFIG = (
    "tokenizer_model_config",
    _("“%(name)s” is the config.json of a model. Give the file tokenizer.json of the same folder."),
)
_VOCABULARY = (
    "tokenizer_vocabulary",
    _(
        "“%(name)s” is a vocabulary alone, without the rules by which texts are cut. Give the file tokenizer.json of "
        "the same folder; in Python, tokenizer.save_pretrained(folder) of a fast tokenizer writes it."
    ),
)
_KERAS = (
    "tokenizer_keras",
    _(
        "“%(name)s” is a tokenizer of Keras, which is not read here. Choose a tokenizer that learns from your texts "
        "instead."
    ),
)
_SENTENCEPIECE = (
    "tokenizer_sentencepiece",
    _(
        "“%(name)s” is a model of SentencePiece (protobuf), which is not read here. Convert it: in Python, "
        "AutoTokenizer.from_pretrained(folder, use_fast=True).save_pretrained(other) writes a tokenizer.json."
    ),
)
_TIKTOKEN = (
    "tokenizer_tiktoken",
    _(
        "“%(name)s” is a table of ranks of tiktoken, which lacks the rules by which texts are cut. Convert it to a "
        "tokenizer.json, as transformers does when it loads such a model and saves it."
    ),
)
_MERGES = (
    "tokenizer_merges",
    _("“%(name)s” is the list of merges of a tokenizer alone. Give the file tokenizer.json of the same folder."),
)
_OTHER_JSON = (
    "tokenizer_other_json",
    _(
        "“%(name)s” is JSON, but no tokenizer.json of the library “tokenizers” of Hugging Face, which has “model” with "
        "a vocabulary. Give that file."
    ),
)


def is_json_object(source: Source) -> bool:
    return source.head.removeprefix(MARK).lstrip().startswith(b"{")


def names_a_model(source: Source) -> bool:
    """Whether the outermost object has what a tokenizer.json has. Of what is too large, too deep or cut, the beginning
    tells: the reader has sentences of its own for these.
    """
    is_bearable = source.size <= MOST_BYTES and depth(source.path.read_bytes()) <= MOST_DEPTH
    content = _object(source) if is_bearable else None
    if content is None:
        return any(name in source.head for name in (b'"added_tokens"', b'"model"', b'"pre_tokenizer"'))
    model = content.get("model")
    return isinstance(model, Mapping) and ("vocab" in model or "type" in model)


def depth(content: bytes) -> int:
    """How deep brackets stand in each other, up to a little more than the most that is allowed."""
    deepest = level = 0
    for part in PART.finditer(content):
        if (first := part[0][:1]) == b'"':
            continue
        level += 1 if first in b"[{" else -1
        deepest = max(deepest, level)
        if deepest > MOST_DEPTH:
            break
    return deepest


def refusal(source: Source) -> TrainerError | None:
    sentence = _of_json(source) if is_json_object(source) else _of_text(source)
    return None if sentence is None else TrainerError(sentence[0], sentence[1], name=source.name)


def _of_json(source: Source) -> tuple[str, str]:
    content = _object(source) if source.size <= MOST_BYTES and depth(source.path.read_bytes()) <= MOST_DEPTH else None
    if content is None:
        return _OTHER_JSON
    for holds, sentence in _JSON:
        if holds(content):
            return sentence
    return _OTHER_JSON


_JSON: tuple[tuple[Callable[[Mapping[str, Any]], bool], tuple[str, str]], ...] = (
    (lambda content: "tokenizer_class" in content or "model_max_length" in content, _CONFIG),
    (lambda content: "architectures" in content or "model_type" in content, _MODEL_CONFIG),
    (lambda content: content.get("class_name") == "Tokenizer", _KERAS),
    (lambda content: set(content) <= {f"{name}_token" for name in SPECIAL} | {"additional_special_tokens"}, _CONFIG),
    (lambda content: bool(content) and all(type(value) is int for value in content.values()), _VOCABULARY),
)


def _of_text(source: Source) -> tuple[str, str] | None:
    lines = source.head.removeprefix(MARK).split(b"\n")
    if source.head.startswith(b"#version: 0."):
        return _MERGES
    if _is_sentencepiece(source.head):
        return _SENTENCEPIECE
    if len(lines) > 3 and all(map(_is_rank, lines[:3])):
        return _TIKTOKEN
    if b"[UNK]" in {line.strip() for line in lines} or b"<unk>" in {line.strip() for line in lines}:
        return _VOCABULARY
    return None


def _is_sentencepiece(head: bytes) -> bool:
    """Whether it begins with a field of a piece: protobuf's field 1 with a length, in it the piece's text and score."""
    return (
        len(head) > 3 and head[0] == 0x0A and head[2] == 0x0A and head[3] < head[1] and b"\x15" in head[: head[1] + 3]
    )


def _is_rank(line: bytes) -> bool:
    if not TIKTOKEN.fullmatch(line.strip()):
        return False
    try:
        base64.b64decode(line.partition(b" ")[0], validate=True)
    except ValueError:
        return False
    return True


def _object(source: Source) -> dict[str, Any] | None:
    try:
        content = json.loads(source.path.read_bytes().removeprefix(MARK))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
