"""Every sentence that a user sees can be translated, also those of trainer and worker."""

import ast
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import translation
from pydantic import ValidationError
from pytest_django import Settings

from tests.yard import ROOT
from trainer import mistakes
from trainer.catalog import FAMILIES, listing
from trainer.importing.profile import SENTENCES
from trainer.sentences import ONE, filled
from trainer.spec import parse
from webapp import refusals, texts, words
from webapp.runs.services import PAUSING
from worker import ends

COLLECTED = frozenset(texts.collected())
TEXT = re.compile(r">\s*([A-Za-z][^<>{}]*[a-z]{3}[^<>{}]*)<")
ERRORS = {"TrainerError", "SpecError", "RefusedError"}
NAMES = {"Trainyard", "manage.py signin", "openapi.json"}


@contextmanager
def german(folder: Path, settings: Settings, texts: Mapping[str, str]) -> Iterator[None]:
    """Speaks German meanwhile, out of a catalogue in the format of GNU gettext's .mo files, which holds ``texts``."""
    pairs = [("", "Content-Type: text/plain; charset=UTF-8\n"), *sorted(texts.items())]
    entries, strings, start = b"", b"", 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            text = pair[column].encode()
            entries += struct.pack("<II", len(text), start + len(strings))
            strings += text + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    file = folder / "de" / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(header + entries + strings)
    settings.LOCALE_PATHS = [folder]
    with translation.override("de"):
        yield


def test_components_and_their_fields_are_collected() -> None:
    for entry in (entry for family in FAMILIES for entry in listing(family).values()):
        assert entry.label in COLLECTED
        assert {info.title for name, info in entry.spec.model_fields.items() if name not in ("name", "version")} <= COLLECTED


def test_choices_of_a_field_are_collected_and_technical_names_are_not() -> None:
    assert {"stop", "skip", "continue", "grey"} <= COLLECTED
    assert not {"float32", "train", "cnn"} & COLLECTED


def test_lines_of_the_log_are_not_collected() -> None:
    assert not [text for text in COLLECTED if "%s" in text]


def test_a_percent_sign_that_is_no_gap_is_not_taken_for_one() -> None:
    lines = texts.source().splitlines()
    (at,) = [index for index, line in enumerate(lines) if "5 % of the rows" in line]
    assert lines[at - 1] == "# xgettext:no-python-format"


def test_nothing_is_translated_to_nothing(tmp_path: Path, settings: Settings) -> None:
    with german(tmp_path, settings, {"Live": "Jetzt"}):
        assert (words.translated("Live"), words.translated(""), words.translated(None)) == ("Jetzt", "", "")


def test_what_reads_otherwise_of_one_is_a_sentence_of_the_trainer_and_counts() -> None:
    elsewhere = [path for path in (ROOT / "trainer").rglob("*.py") if path.name != "sentences.py"]
    said = {node.value for path in elsewhere for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    assert set(ONE) <= said
    for text, (one, gap) in ONE.items():
        params = dict.fromkeys(re.findall(r"%\((\w+)\)", text), 2)
        for count, sentence in ((2, text), (1, one)):
            assert words.sentence(text, {**params, gap: count}) == filled(text, {**params, gap: count}) == sentence % {**params, gap: count}


def test_problems_of_data_and_reasons_of_states_are_collected() -> None:
    assert {text for _, message, remedy in SENTENCES.values() for text in (message, remedy)} <= COLLECTED
    assert {reason.sentence for reason in (ends.YIELDED, ends.KILLED, ends.WORKER_LOST, ends.DISK_FULL, PAUSING)} <= COLLECTED


def test_what_is_wrong_with_a_field_is_collected() -> None:
    assert {*mistakes.SENTENCES.values(), *mistakes.OF_TYPES.values()} <= COLLECTED


def test_every_error_of_training_is_collected() -> None:
    said = []
    for path in sorted((ROOT / "trainer").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                said += [argument.value for argument in node.args[1:2] if isinstance(argument, ast.Constant)]
    assert len(said) > 40
    assert set(said) <= COLLECTED


def test_a_mistake_between_fields_is_said_in_the_readers_language(tmp_path: Path, settings: Settings) -> None:
    wrong = {"stages": [{"name": "quantize_int8"}, {"name": "prune_channels"}]}
    with pytest.raises(ValidationError) as caught:
        parse(wrong, "compress")
    (said,) = refusals.from_pydantic(caught.value, wrong)
    assert said.message.startswith("Stage 2, “Prune channels”, needs a model of the form torch")
    (identifier,) = [text for text in COLLECTED if text.startswith("Stage %(number)s")]
    with german(tmp_path, settings, {identifier: "Stufe %(number)s: „%(stage)s“ gehört nach oben."}):
        (said,) = refusals.from_pydantic(caught.value, wrong)
    assert said.message == "Stufe 2: „Prune channels“ gehört nach oben."


def test_docstrings_are_not_collected() -> None:
    assert texts.__doc__ not in COLLECTED
    assert not any("TrainerError" in sentence for sentence in COLLECTED)


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", path.read_text(), flags=re.DOTALL)
    bare = re.sub(r"<(style|script|code|pre)\b.*?</\1>", "", re.sub(r"{[%{].*?[%}]}", "{}", source), flags=re.DOTALL)
    assert {text.strip() for text in TEXT.findall(bare)} <= NAMES
