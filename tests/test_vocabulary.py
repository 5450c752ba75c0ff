"""Names of kinds of columns, tasks, models and formats stand in their own folders: nobody else asks which one it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.yard import ROOT
from trainer.catalog import Family, listing
from trainer.columns import kinds

FAMILIES: tuple[Family, ...] = ("tasks", "models", "formats")
SOURCES = sorted(path for package in ("trainer", "webapp", "worker") for path in (ROOT / package).rglob("*.py"))
# Where such a name may stand, each with its reason.
ALLOWED = {
    "webapp/api/schemas.py": "an example in the document",
}


def is_allowed(path: Path) -> bool:
    return any(str(path.relative_to(ROOT)).startswith(place) for place in ALLOWED)


def names() -> dict[str, str]:
    """The folder of each component by its name."""
    return {name: f"trainer/{family}/{name}" for family in FAMILIES for name in listing(family)}


def strings(node: ast.AST) -> Iterator[str]:
    yield from (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


def kinds_named(tree: ast.AST) -> Iterator[str]:
    """Names of kinds that something called ``kind`` is compared with, or that is given as one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "kind":
            yield from (text for text in strings(node.value) if text in kinds())
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(getattr(side, "attr", getattr(side, "id", "")) == "kind" for side in sides):
                yield from (text for side in sides for text in strings(side) if text in kinds())


def breaches(path: Path) -> set[str]:
    """What a source says that only others may."""
    tree, place = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT))
    foreign = {text for text in strings(tree) if text in names() and not place.startswith(names()[text])}
    return foreign | {kind for kind in kinds_named(tree) if not place.startswith(f"trainer/columns/{kind}/")}


def test_nobody_asks_which_kind_task_model_or_format_it_is() -> None:
    found = {
        str(path.relative_to(ROOT)): names for path in SOURCES if not is_allowed(path) and (names := breaches(path))
    }
    assert not found


def test_a_question_for_a_kind_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trainer" / "rows.py"
    path.parent.mkdir()
    path.write_text('if column.kind == "image" or task == "regression":\n    column = Column(kind="number")\n')
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert breaches(path) == {"image", "number", "regression"}


def test_templates_name_no_kind_task_model_or_format() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        quoted = {text for text in (*names(), *kinds()) if f'"{text}"' in path.read_text(encoding="utf-8")}
        assert not quoted - {"number", "text"}, path  # words of HTML
