"""Tokenizer (tokenizer.json)

How texts are cut into tokens, as the library “tokenizers” of Hugging Face saves it: one JSON file with normalizer,
pre-tokenizer, model and vocabulary.
"""

import json
from pathlib import Path
from typing import ClassVar

from trainer.asset import AssetProfile, AssetSpec
from trainer.assets.tokenizer_json import foreign
from trainer.errors import TrainerError
from trainer.importing.archives import Source


class Spec(AssetSpec):
    """There is nothing to choose: the file says all of itself."""

    file: ClassVar[str] = "tokenizer.json"
    cpu_seconds: ClassVar[int] = 120


def recognises(source: Source) -> bool:
    return foreign.is_json_object(source) and foreign.names_a_model(source)


def relative(source: Source) -> TrainerError | None:
    return foreign.refusal(source)


def examples() -> tuple[dict[str, bytes], ...]:
    """Whole words, of which three are in the vocabulary."""
    model = {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "good": 2, "bad": 3, "好": 4}, "unk_token": "[UNK]"}
    whole = {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}, "model": model}
    return ({"tokenizer.json": json.dumps(whole).encode()},)


def build(spec: Spec, source: Source, path: Path, work: Path) -> AssetProfile:
    from trainer.assets.tokenizer_json.importing import read

    return read(source, path)
