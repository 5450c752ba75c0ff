"""Every sentence that a user sees can be translated, also those of trainer and worker."""

import ast
import re
from pathlib import Path

import pytest

from tests.yard import ROOT
from trainer.catalog import FAMILIES, listing
from trainer.importing.profile import SENTENCES
from webapp import texts
from webapp.runs.services import PAUSING
from worker import ends

COLLECTED = frozenset(texts.collected())
TEXT = re.compile(r">\s*([A-Za-z][^<>{}]*[a-z]{3}[^<>{}]*)<")
NAMES = {"Trainyard", "manage.py signin", "openapi.json"}


def test_components_and_their_fields_are_collected() -> None:
    for entry in (entry for family in FAMILIES for entry in listing(family).values()):
        assert entry.label in COLLECTED
        assert {info.title for name, info in entry.spec.model_fields.items() if name not in ("name", "version")} <= COLLECTED


def test_problems_of_data_and_reasons_of_states_are_collected() -> None:
    assert {text for _, message, remedy in SENTENCES.values() for text in (message, remedy)} <= COLLECTED
    assert {reason.sentence for reason in (ends.YIELDED, ends.KILLED, ends.WORKER_LOST, ends.DISK_FULL, PAUSING)} <= COLLECTED


def test_every_error_of_training_is_collected() -> None:
    said = []
    for path in sorted((ROOT / "trainer").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("TrainerError", "RefusedError"):
                said += [argument.value for argument in node.args[1:2] if isinstance(argument, ast.Constant)]
    assert len(said) > 40
    assert set(said) <= COLLECTED


def test_docstrings_are_not_collected() -> None:
    assert texts.__doc__ not in COLLECTED
    assert not any("TrainerError" in sentence for sentence in COLLECTED)


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", path.read_text(), flags=re.DOTALL)
    bare = re.sub(r"<(style|script|code|pre)\b.*?</\1>", "", re.sub(r"{[%{].*?[%}]}", "{}", source), flags=re.DOTALL)
    assert {text.strip() for text in TEXT.findall(bare)} <= NAMES
