"""From an uploaded tokenizer.json to the file that a run reads, and its profile.

It is loaded by the library that uses it, and tried on texts: what the library breaks on, or takes too long for, is a
sentence here and no surprise in a run.
"""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from trainer import files
from trainer.asset import AssetProfile, Fact, Sample
from trainer.assets.tokenizer_json.foreign import MARK, MOST_BYTES, MOST_DEPTH, depth
from trainer.assets.tokenizer_json.reader import KIND, encode, load, normalized
from trainer.errors import TrainerError
from trainer.importing.archives import Source
from trainer.importing.problems import Problem
from trainer.importing.words import clean
from trainer.sentences import gettext_noop as _

MOST_TOKENS = 2_000_000
EXAMPLES = ("This film was not bad at all!", "这家店的菜很好吃，下次还来。", "naïve café 😀 1,234.50 €")
# Texts on which a pattern that searches without end does: one letter, blanks, digits, signs, each many times.
PROBES = tuple(text * (4000 // len(text)) for text in ("a", " ", "1", "é", "!", "a ", "aA1! ", "好"))
PROBE_SECONDS = 2.0
MOST_GROWTH = 100  # letters that a normalizer makes of one; of a ligature of Arabic, Unicode makes 18
LETTERS = tuple(letter for letter in map(chr, range(32, 0x3100)) if letter.isprintable())
FIRST_TOKENS = 40


def read(source: Source, path: Path) -> AssetProfile:
    """Write the file to ``path``, tried. Raises TrainerError."""
    content = _bytes(source)
    parsed = _parsed(source, content)
    tokenizer = load(content)
    size = tokenizer.get_vocab_size(with_added_tokens=True)
    _require_size(size, 1 + max(tokenizer.get_vocab(with_added_tokens=True).values(), default=0))
    _require_bounded(parsed, tokenizer)
    _probe(tokenizer)
    files.write(path, content)
    return AssetProfile(
        kind=KIND,
        message=_("%(model)s, %(tokens)s tokens"),
        params={"model": _model(parsed), "tokens": size},
        measures={"tokens": size},
        facts=tuple(_facts(parsed, tokenizer, size)),
        samples=tuple(_samples(tokenizer)),
        problems=tuple(_problems(parsed, tokenizer)),
    )


def _bytes(source: Source) -> bytes:
    if source.size > MOST_BYTES:
        raise TrainerError(
            "tokenizer_large",
            "“%(name)s” is larger than any tokenizer of use (%(most)s MiB at most). Give one with a smaller "
            "vocabulary.",
            name=source.name,
            most=MOST_BYTES >> 20,
        )
    content = source.path.read_bytes().removeprefix(MARK)
    if depth(content) > MOST_DEPTH:
        raise TrainerError(
            "tokenizer_deep",
            "In “%(name)s” brackets stand more than %(most)s deep in each other, as in no tokenizer. Give the file as "
            "the library saved it.",
            name=source.name,
            most=MOST_DEPTH,
        )
    return content


def _parsed(source: Source, content: bytes) -> Mapping[str, Any]:
    try:
        parsed: Mapping[str, Any] = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TrainerError(
            "tokenizer_no_json",
            "“%(name)s” is damaged or cut: it is no whole JSON (%(reason)s). Copy or download it again.",
            name=source.name,
            reason=str(error)[:200],
        ) from error
    return parsed


def _require_size(size: int, numbers: int) -> None:
    """``numbers`` is one more than the highest: a network has a vector for each up to it."""
    if not size:
        raise TrainerError("tokenizer_empty", "The tokenizer has no token. Give one that was trained.")
    if numbers > MOST_TOKENS:
        raise TrainerError(
            "tokenizer_tokens",
            "The tokenizer numbers its tokens up to %(number)s; this program takes at most %(most)s. Give one with "
            "fewer.",
            number=numbers - 1,
            most=MOST_TOKENS,
        )


def _require_bounded(parsed: Mapping[str, Any], tokenizer: Tokenizer) -> None:
    """Raise TrainerError for a normalizer that makes a long text of a letter: a run would have no memory for it."""
    growth = max(
        max((len(text) for text in _contents(parsed.get("normalizer"))), default=0),
        max(len(normalized(tokenizer, letter)) for letter in LETTERS),
    )
    if growth > MOST_GROWTH:
        raise TrainerError(
            "tokenizer_growth",
            "The normalizer of the tokenizer makes up to %(growth)s letters of one, as none of use does. Give another "
            "tokenizer.",
            growth=growth,
        )


def _contents(part: Any) -> Iterator[str]:
    """What a normalizer, or those in it, puts into texts."""
    if isinstance(part, Mapping):
        yield from (part[name] for name in ("content", "prepend") if isinstance(part.get(name), str))
        for inner in part.values():
            yield from _contents(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _contents(inner)


def _probe(tokenizer: Tokenizer) -> None:
    """Raise TrainerError for a tokenizer that is slow on some texts: a run meets such texts sooner or later."""
    for text in (*EXAMPLES, "", *PROBES):
        began = time.process_time()
        encode(tokenizer, text)
        if (seconds := time.process_time() - began) > PROBE_SECONDS:
            raise TrainerError(
                "tokenizer_slow",
                "The tokenizer takes %(seconds)s seconds for a text of %(letters)s letters (“%(text)s”): its pattern "
                "searches almost without end. Give one with a simpler pattern.",
                seconds=round(seconds),
                letters=len(text),
                text=clean(text, 12),
            )


def _facts(parsed: Mapping[str, Any], tokenizer: Tokenizer, size: int) -> Iterator[Fact]:
    yield Fact(label=_("Model"), value=_model(parsed), unit="text")
    yield Fact(label=_("Tokens"), value=size)
    if added := tokenizer.get_added_tokens_decoder():
        yield Fact(label=_("Added tokens"), value=len(added))
    for label, part in (
        (_("Normalizer"), "normalizer"),
        (_("Pre-tokenizer"), "pre_tokenizer"),
        (_("Post-processor"), "post_processor"),
    ):
        yield Fact(label=label, value=_part(parsed.get(part)), unit="text")
    unknown, padding = unknown_token(parsed, tokenizer), padding_token(parsed, tokenizer)
    yield Fact(label=_("Unknown token"), value=clean(unknown, 60) or "–", unit="text")
    yield Fact(label=_("Padding token"), value=clean(padding, 60) or "–", unit="text")


def _samples(tokenizer: Tokenizer) -> Iterator[Sample]:
    first = (tokenizer.id_to_token(number) for number in range(FIRST_TOKENS))
    yield Sample(label=_("First tokens"), items=tuple(clean(token, 60) for token in first if token is not None))
    for text in EXAMPLES:
        tokens = [clean(token, 60) for token in encode(tokenizer, text).tokens]
        yield Sample(label=text, items=tuple(tokens))


def _problems(parsed: Mapping[str, Any], tokenizer: Tokenizer) -> Iterator[Problem]:
    if not unknown_token(parsed, tokenizer) and not _cuts_bytes(parsed):
        yield Problem(
            severity="warning",
            code="tokenizer_no_unknown",
            message=_("The tokenizer has no token for what it does not know."),
            remedy=_(
                "What is not in its vocabulary is left out of a text. Give one with an unknown token if that matters."
            ),
        )
    if parsed.get("truncation"):
        yield Problem(
            severity="info",
            code="tokenizer_truncation",
            message=_("The file says to cut long texts, which is not done here."),
            remedy=_("Choose the maximum length in the run."),
        )


def _cuts_bytes(parsed: Mapping[str, Any]) -> bool:
    """Whether every text is made of tokens that are single bytes, so that nothing is unknown."""
    return "ByteLevel" in json.dumps([parsed.get("pre_tokenizer"), parsed.get("decoder")]) or bool(
        parsed["model"].get("byte_fallback")
    )


def unknown_token(parsed: Mapping[str, Any], tokenizer: Tokenizer) -> str:
    """What stands for what is in no vocabulary; empty where there is none."""
    model = parsed["model"]
    if isinstance(number := model.get("unk_id"), int):
        return tokenizer.id_to_token(number) or ""
    token = model.get("unk_token")
    return token if isinstance(token, str) and tokenizer.token_to_id(token) is not None else ""


def padding_token(parsed: Mapping[str, Any], tokenizer: Tokenizer) -> str:
    """What fills short texts up: what the file says, or a token of a usual name."""
    padding = parsed.get("padding")
    stated = padding.get("pad_token") if isinstance(padding, Mapping) else None
    names = (stated, "[PAD]", "<pad>", "<|pad|>", "<|endoftext|>")
    return next((name for name in names if isinstance(name, str) and tokenizer.token_to_id(name) is not None), "")


def _model(parsed: Mapping[str, Any]) -> str:
    return clean(str(parsed["model"].get("type") or "–"), 60)


def _part(part: Any) -> str:
    """The type of a part of the pipeline; of a sequence the types of its members."""
    if not isinstance(part, Mapping):
        return "–"
    members = next((part[name] for name in ("normalizers", "pretokenizers", "processors") if name in part), None)
    if isinstance(members, list):
        return ", ".join(_part(member) for member in members[:8]) or "–"
    return clean(str(part.get("type", "–")), 60)
