"""Imports run one way: trainer <- webapp <- worker; and the web process never loads torch."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.yard import ROOT

FORBIDDEN = {
    "trainer": {"webapp", "worker", "tests", "django", "celery", "channels", "channels_redis", "ninja", "kombu"},
    "webapp": {
        "worker",
        "tests",
        "torch",
        "torch_pruning",
        "onnx",
        "onnxruntime",
        "onnxscript",
        "PIL",
        "pyarrow",
        "openpyxl",
    },
    "worker": {"tests"},
}
# Imports of a part of the web application by one that it imports, each with its reason: the only circles there are.
MUTUAL = {
    ("datasets", "runs"): "a data set is inspected by a run, and a run trains on a data set",
    ("assets", "runs"): "an asset is inspected by a run, and a run reads assets",
}
WEB_MAY_USE = (
    "trainer.asset",
    "trainer.catalog",
    "trainer.specs.parsing",
    "trainer.attempt.events",
    "trainer.exporters",
    "trainer.importing.forms",
    "trainer.importing.problems",
    "trainer.importing.profile",
    "trainer.mistakes",
    "trainer.numerals",
    "trainer.presets",
    "trainer.previewing.report",
    "trainer.report",
    "trainer.compressing.savings",
    "trainer.scarce",
    "trainer.task",
    "trainer.trying",
    "trainer.trying.entries",
    "trainer.trying.outcomes",
    "trainer.trying.questions",
    "trainer.trying.replies",
)


def imported(path: Path) -> Iterator[str]:
    """Names of the modules that a file imports, anywhere in it; of `from a import b` both `a` and `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_at_the_top(path: Path) -> set[str]:
    """Names of the modules that loading a file loads: imports outside of functions, and not for types alone."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(), str(path))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_for_types(node):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        waiting.extend(ast.iter_child_nodes(node))
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def file_of(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def reached(module: str, seen: set[str]) -> set[str]:
    """All modules that loading ``module`` loads, ours followed through their files."""
    path = file_of(module)
    if module in seen or path is None:
        return seen | {module}
    seen = seen | {module}
    for name in imported_at_the_top(path):
        seen = reached(name, seen)
    return seen


def part_of(module: str) -> str:
    """The package or single module of the web application that ``module`` is in; empty for what is not of it."""
    names = module.split(".")
    return names[1] if names[0] == "webapp" and len(names) > 1 else ""


def parts(folder: Path) -> dict[str, set[str]]:
    """For each part of the web application in ``folder`` those that it imports, anywhere in it."""
    graph: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        part = path.relative_to(folder).with_suffix("").parts[0]
        graph.setdefault(part, set()).update(map(part_of, imported(path)))
    return {part: others & graph.keys() - {part} for part, others in graph.items()}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_nothing_that_stands_above_it(package: str) -> None:
    breaches = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in imported(path)
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert not breaches, "\n".join(breaches)


def test_the_parts_of_the_web_application_import_each_other_one_way() -> None:
    graph = parts(ROOT / "webapp")
    for upper, lower in MUTUAL:
        assert lower in graph[upper] and upper in graph[lower], f"{upper} and {lower} are no pair any more: unlist them"
        graph[upper].remove(lower)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"These import each other in a circle: {' <- '.join(error.args[1])}")


def test_a_circle_of_parts_is_seen(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "views.py").write_text("from webapp import words\n")
    (tmp_path / "words.py").write_text("def late():\n    from webapp.runs import views\n")
    with pytest.raises(CycleError):
        TopologicalSorter(parts(tmp_path)).prepare()


def test_the_web_imports_of_the_trainer_only_what_its_contracts_name_and_reach() -> None:
    allowed: set[str] = set()
    for module in WEB_MAY_USE:
        allowed = reached(module, allowed)
    allowed |= {module.rpartition(".")[0] for module in allowed}  # a module's folder is loaded with it
    breaches = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "webapp").rglob("*.py"))
        for name in imported(path)
        if name.startswith("trainer.") and file_of(name) and name not in allowed
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("module", WEB_MAY_USE)
def test_what_the_web_may_use_reaches_no_torch(module: str) -> None:
    assert not {name for name in reached(module, set()) if name.split(".")[0] == "torch"}


def test_the_walk_sees_a_breach(tmp_path: Path) -> None:
    file = tmp_path / "breach.py"
    file.write_text("def late():\n    from worker.app import app\n")
    assert "worker.app" in set(imported(file))
    assert not imported_at_the_top(file)


def test_django_with_every_component_listed_loads_no_torch() -> None:
    program = """
import sys, webapp.asgi, webapp.urls
from django.urls import get_resolver
from trainer import catalog
assert get_resolver().url_patterns
assert all(entry.spec.model_json_schema() for family in catalog.FAMILIES for entry in catalog.listing(family).values())
heavy = {"torch", "onnx", "onnxruntime", "PIL", "pyarrow", "openpyxl"} & set(sys.modules)
assert not heavy, heavy
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
