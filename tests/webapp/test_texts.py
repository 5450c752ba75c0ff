"""Every sentence that a user sees can be translated, also those of trainer and worker."""

import ast
import re
import shutil
import struct
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import translation
from pydantic import ValidationError
from pytest_django import Settings

from tests.yard import ROOT
from trainer import mistakes
from trainer.catalog import FAMILIES, Entry, listing
from trainer.compressing import savings
from trainer.errors import DamagedError
from trainer.importing import foreign
from trainer.importing.problems import looked_for, sentences
from trainer.report import Table, cautions
from trainer.sentences import ONE, filled
from trainer.specs.parsing import parse
from trainer.task import Encoded, Task
from webapp import refusals, texts, words
from webapp.management.commands.makemessages import KEYWORDS
from worker import damage

PACKAGES = ("trainer", "worker", "webapp")
ENTRY = re.compile(r'((?:^#.*\n)*)^msgid ((?:".*"\n)+)(?:msgid_plural ((?:".*"\n)+))?', re.MULTILINE)
TARGETS: dict[str, Any] = {  # of four rows, by how a task encodes them
    "class": np.array([0, 1, 0, 1]),
    "labels": np.array([[0, 1], [1, 0], [1, 1], [0, 0]], dtype=np.uint8),
    "number": np.array([0.0, 1.0, 2.0, 3.0]),
}
GAP = re.compile(r"%\(\w+\)[sd]")
SHOWN = {"label", "title", "note", "message", "remedy"}  # arguments and fields that take a message identifier
TEXT = re.compile(r">\s*([A-Za-z][^<>{}]*[a-z]{3}[^<>{}]*)<")
NAMES = {"Trainyard", "manage.py signin", "openapi.json"}


@dataclass(frozen=True)
class Catalogue:
    """What is to be translated. ``plural`` names for each text that counts how it reads of one; ``formats`` are the
    texts whose percent signs are gaps."""

    single: frozenset[str]
    plural: Mapping[str, str]
    formats: frozenset[str]

    @property
    def texts(self) -> frozenset[str]:
        return self.single | {*self.plural.values()} | {*self.plural}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Of `manage.py makemessages` in a copy of the sources, as it leaves files beside what it reads."""
    if shutil.which("xgettext") is None:
        pytest.skip("THE CATALOGUE OF TRANSLATIONS WAS NOT TESTED: install gettext")
    folder = tmp_path_factory.mktemp("sources")
    for name in (*PACKAGES, "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    locale = folder / "webapp" / "locale"
    with chdir(folder), override_settings(LOCALE_PATHS=[locale]):
        call_command("makemessages", locale=["de"], verbosity=0)
    return _read(locale / "de" / "LC_MESSAGES" / "django.po")


def _read(path: Path) -> Catalogue:
    single, plural, formats = set(), {}, set()
    for comments, quoted, others in ENTRY.findall(path.read_text(encoding="utf-8")):
        text = _unquoted(quoted)
        if others:
            plural[_unquoted(others)] = text
        else:
            single.add(text)
        if re.search(r"\bpython-format", comments) and "no-python-format" not in comments:
            formats |= {text, _unquoted(others)}
    return Catalogue(frozenset(single), plural, frozenset(formats))


def _unquoted(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.splitlines())


@cache
def _code(*packages: str) -> list[tuple[str, ast.Module]]:
    """Each module of the packages, parsed, with its path."""
    paths = sorted(chain.from_iterable((ROOT / package).rglob("*.py") for package in packages))
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


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


def _messages() -> Iterator[tuple[str, str]]:
    """What stands in the code where a message identifier is taken, each with its file."""
    taking = {*_errors(), *KEYWORDS}
    for path, tree in _code(*PACKAGES):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func).rpartition(".")[2]
            arguments = call.args[KEYWORDS.get(name, 2) - 1 :][:1] if name in taking else []
            if not path.startswith("webapp/"):
                arguments += [keyword.value for keyword in call.keywords if keyword.arg in SHOWN]
            yield from ((path, text) for argument in arguments for text in _choices(argument))


def _choices(node: ast.expr) -> list[str]:
    """The text that an argument is, or may be."""
    if isinstance(node, ast.IfExp):
        return _choices(node.body) + _choices(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else []


def _errors() -> set[str]:
    """TrainerError, and the classes that are named after being derived from it."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for _, tree in _code(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    errors, more = set[str](), {"TrainerError"}
    while more - errors:
        errors |= more
        more = {name for name, of in bases.items() if of & errors}
    return errors


def _literals(node: ast.AST) -> Iterator[str]:
    """Text in it, but for parts of f-strings, and docstrings."""
    inner = {
        id(part)
        for outer in ast.walk(node)
        if isinstance(outer, ast.JoinedStr | ast.Expr)
        for part in ast.iter_child_nodes(outer)
    }
    return (
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value and id(part) not in inner
    )


def test_each_message_that_is_raised_logged_or_reported_is_in_the_catalogue(catalogue: Catalogue) -> None:
    messages = list(_messages())
    assert len(messages) > 200
    assert [(path, text) for path, text in messages if text not in catalogue.texts] == []


def test_each_text_with_a_gap_is_in_the_catalogue(catalogue: Catalogue) -> None:
    gapped = [(path, text) for path, tree in _code("trainer", "worker") for text in _literals(tree) if GAP.search(text)]
    assert len(gapped) > 200
    assert [(path, text) for path, text in gapped if text not in catalogue.texts] == []


def test_tables_of_sentences_are_in_the_catalogue(catalogue: Catalogue) -> None:
    assert {text for _, *both in sentences().values() for text in both} | {*looked_for().values()} <= catalogue.texts
    assert {*mistakes.SENTENCES.values(), *mistakes.OF_TYPES.values()} <= catalogue.texts
    contents = [*foreign.INSIDE.values(), *(about for _, about in foreign.BEGINNINGS), foreign.WORKBOOK]
    assert {text for _, text in contents} <= catalogue.texts
    files = (DamagedError.SENTENCES, damage.MISSING, damage.DAMAGED_WHILE_TRAINING, damage.MISSING_WHILE_TRAINING)
    assert {text for table in files for text in table.values()} <= catalogue.texts
    sizes = ((), (2, 2), (2, 1), (1, 2))
    assert {savings.sentence([{"size": size} for size in stages])[0] for stages in sizes} <= catalogue.texts


@pytest.mark.parametrize("name", listing("tasks"))
def test_what_a_task_reports_is_in_the_catalogue(name: str, catalogue: Catalogue) -> None:
    entry = listing("tasks")[name]
    targets = TARGETS[entry.module.Spec.encoding]
    task = _task(entry, targets)
    headline, further, blocks = task.report(targets, targets)
    tables = [block for block in blocks if isinstance(block, Table)]
    message, _ = task.best_epoch({**dict.fromkeys(task.measures, 0.5), "loss": 0.5})
    shown = {message, task.compare(targets, targets, targets).label, *(chart.title for chart in entry.module.CHARTS)}
    shown |= {scalar.label for scalar in (headline, *further)}
    wrong, _, poor = task.report(1 - targets, targets)
    assert wrong.note and cautions(poor), "a model that is always wrong is worse than guessing"
    shown |= {wrong.note, *(caution.message for caution in cautions(poor))}
    shown |= {heading.label for table in tables for heading in table.headings}
    mistakes_of_rows = task.mistakes(1 - targets, targets, np.full(len(targets), 0.5), 0.5)
    shown |= {mistakes_of_rows.message, *(heading.label for heading in mistakes_of_rows.headings)}
    assert shown | {text for table in tables for text in (table.title, table.note)} <= catalogue.texts


def _task(entry: Entry, targets: Any) -> Task:
    encoded = Encoded(values=targets, is_present=np.ones(len(targets), dtype=bool), classes=("a", "b"))
    spec = entry.module.Spec.model_construct(target="target")
    target = import_module(f"{entry.module.__name__}.task").describe(spec, encoded, np.arange(len(targets)))
    task: Task = entry.module.build(spec, target)
    return task


def test_components_and_their_fields_are_in_the_catalogue(catalogue: Catalogue) -> None:
    assert {*texts.of_specs()} <= catalogue.texts
    for entry in (entry for family in FAMILIES for entry in listing(family).values()):
        assert entry.label in catalogue.texts
        titles = {info.title for name, info in entry.spec.model_fields.items() if name not in ("name", "version")}
        assert titles <= catalogue.texts


def test_choices_of_a_field_are_collected_and_technical_names_are_not() -> None:
    assert {"stop", "skip", "continue", "grey"} <= {*texts.of_specs()}
    assert not {"float32", "train", "cnn"} & {*texts.of_specs()}


def test_what_reads_otherwise_of_one_is_in_the_catalogue_as_its_plural_only(catalogue: Catalogue) -> None:
    assert {text: one for text, (one, _) in ONE.items()}.items() <= catalogue.plural.items()
    assert not {*ONE} & catalogue.single


def test_a_percent_sign_that_is_no_gap_is_not_taken_for_one(catalogue: Catalogue) -> None:
    assert any("5 % of the rows" in text for text in catalogue.single)
    assert [text for text in catalogue.formats if "%" in text and not re.search(r"%\(|%%", text)] == []


def test_what_is_no_message_is_not_in_the_catalogue(catalogue: Catalogue) -> None:
    assert texts.__doc__ not in catalogue.texts
    assert not [text for text in catalogue.texts if re.search(r"%s|TrainerError|\A\s*\Z", text) and text]


def test_nothing_is_translated_to_nothing(tmp_path: Path, settings: Settings) -> None:
    with german(tmp_path, settings, {"Live": "Jetzt"}):
        assert (words.translated("Live"), words.translated(""), words.translated(None)) == ("Jetzt", "", "")


def test_what_reads_otherwise_of_one_is_a_sentence_of_the_trainer_and_counts() -> None:
    elsewhere = [text for path, tree in _code("trainer") if path != "trainer/sentences.py" for text in _literals(tree)]
    assert {*ONE} <= {*elsewhere}
    for text, (one, gap) in ONE.items():
        params = dict.fromkeys(re.findall(r"%\((\w+)\)", text), 2)
        for count, sentence in ((2, text), (1, one)):
            values = {**params, gap: count}
            assert words.sentence(text, values) == filled(text, values) == sentence % values


def test_a_mistake_between_fields_is_said_in_the_readers_language(tmp_path: Path, settings: Settings) -> None:
    wrong = {"stages": [{"name": "quantize_int8"}, {"name": "prune_channels"}]}
    with pytest.raises(ValidationError) as caught:
        parse(wrong, "compress")
    (mistake,) = refusals.from_pydantic(caught.value, wrong)
    assert mistake.message.startswith("Stage 2, “Prune channels”, needs a model of the form torch")
    identifier = caught.value.errors()[0]["ctx"]["error"].message
    with german(tmp_path, settings, {identifier: "Stufe %(number)s: „%(stage)s“ gehört nach oben."}):
        (mistake,) = refusals.from_pydantic(caught.value, wrong)
    assert mistake.message == "Stufe 2: „Prune channels“ gehört nach oben."


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", path.read_text(), flags=re.DOTALL)
    bare = re.sub(r"<(style|script|code|pre)\b.*?</\1>", "", re.sub(r"{[%{].*?[%}]}", "{}", source), flags=re.DOTALL)
    assert {text.strip() for text in TEXT.findall(bare)} <= NAMES
