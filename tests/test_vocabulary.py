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
    "trainer/presets/": "a preset is the choice of a model and its settings",
}
LAYOUT_HOMES = ("trainer/columns/", "trainer/encoders/", "trainer/models/")  # who makes layouts, and who takes them
KIND_HOMES = ("trainer/columns/", "trainer/formats/")
# Where else a kind of column may be imported, each with its reason.
IMPORTS_ALLOWED = {
    ("trainer/importing/pictures.py", "image"): "makes the columns of formats of pictures",
    ("trainer/importing/pictures.py", "category"): "makes the columns of formats of pictures: classes, parts",
    ("trainer/importing/astray.py", "image"): "what names of pictures end in",
    ("trainer/proving/raw_rows.py", "image"): "what names of pictures end in",
    ("trainer/data/partition.py", "category"): "parts are levels, and the split takes no other column",
    ("trainer/importing/profile_parts.py", "category"): "parts are levels, and the split takes no other column",
    ("trainer/attempt/warm.py", "image"): "a training that warms up has some data",
    ("trainer/attempt/warm.py", "category"): "a training that warms up has some data",
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


def layouts_named(tree: ast.AST) -> Iterator[str]:
    """Texts that a ``layout`` is compared with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(getattr(side, "attr", getattr(side, "id", "")) == "layout" for side in sides):
                yield from (text for side in sides for text in strings(side))


def kinds_imported(tree: ast.AST) -> set[str]:
    """Kinds whose folders, or modules in them, are imported."""
    modules: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules += [f"{node.module}.{alias.name}" for alias in node.names]
    own = (
        module.removeprefix("trainer.columns.").partition(".")[0]
        for module in modules
        if module.startswith("trainer.columns.")
    )
    return {name for name in own if name in kinds()}


def layout_breaches(path: Path) -> set[str]:
    tree, place = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT))
    return set() if place.startswith(LAYOUT_HOMES) else set(layouts_named(tree))


def import_breaches(path: Path) -> set[str]:
    tree, place = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT))
    return set() if place.startswith(KIND_HOMES) else kinds_imported(tree)


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


def test_nobody_asks_which_layout_a_column_has_but_those_who_make_and_take_them() -> None:
    foreign = {str(path.relative_to(ROOT)): layouts for path in SOURCES if (layouts := layout_breaches(path))}
    assert not foreign


def test_nobody_imports_a_kind_of_column_without_a_reason() -> None:
    imports = {(str(path.relative_to(ROOT)), kind) for path in SOURCES for kind in import_breaches(path)}
    assert imports == set(IMPORTS_ALLOWED)  # a reason that is gone goes from the list


@pytest.mark.parametrize(
    "line",
    [
        "from trainer.columns import Column, image",
        "from trainer.columns.image import Column",
        "from trainer.columns.image.files import SUFFIXES",
        "import trainer.columns.image.files as files",
    ],
)
def test_an_import_of_a_kind_is_noticed_however_it_is_written(line: str) -> None:
    assert kinds_imported(ast.parse(line)) == {"image"}


@pytest.mark.parametrize(
    "question", ['column.layout == "image"', 'layout in ("image",)', 'kind and x.layout != "image"']
)
def test_a_question_for_a_layout_is_noticed(question: str) -> None:
    assert set(layouts_named(ast.parse(question))) == {"image"}


def assets_named(tree: ast.AST) -> set[str]:
    """Kinds of assets that stand anywhere but in the annotation of a field that takes one."""
    annotations = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == "AssetOf"]
    allowed = {id(part) for node in annotations for part in ast.walk(node)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in allowed)
    return {node.value for node in constants if isinstance(node.value, str) and node.value in listing("assets")}


def _name(function: ast.expr) -> str:
    return getattr(function, "id", "")


def test_nobody_asks_which_kind_of_asset_it_is() -> None:
    for path in SOURCES:
        place = str(path.relative_to(ROOT))
        kinds = {kind for kind in assets_named(ast.parse(path.read_text())) if f"trainer/assets/{kind}/" not in place}
        assert not kinds, place


def test_a_question_for_a_kind_of_asset_is_noticed() -> None:
    program = 'vectors: Annotated[str, AssetOf("word_vectors")]\nif asset.kind == "tokenizer_json": pass\n'
    assert assets_named(ast.parse(program)) == {"tokenizer_json"}


def test_templates_name_no_kind_task_model_or_format() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        quoted = {text for text in (*names(), *kinds()) if f'"{text}"' in path.read_text(encoding="utf-8")}
        assert not quoted - {"number", "text"}, path  # words of HTML
