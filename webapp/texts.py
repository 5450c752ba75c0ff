"""The sentences that are translated only when they are shown: of trainer and worker, which know no languages.

Components say them in their docstrings and Specs; the rest are message identifiers in the code. ``manage.py makemessages``
puts them into the catalogue of translations beside those of the pages.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from trainer import exporters, spec
from trainer.catalog import FAMILIES, listing
from trainer.sentences import ONE

ROOT = Path(__file__).resolve().parent.parent
SAYING = {"TrainerError", "Reason"}  # what in the web application's own code takes an identifier that is translated later
SENTENCE = re.compile(r"(?=.* )[A-Z“%].*(\.|%\(\w+\)[sd])", re.DOTALL)
TAGS = {"name", "version", "kind"}  # of every spec; nobody chooses among them in a form
CHOICE = re.compile(r"[a-z ]+")  # a word, not a number or a technical name such as float32
SPECS: tuple[type[BaseModel], ...] = (spec.TrainSpec, spec.CompressSpec, spec.ExportSpec, spec.InspectSpec, spec.Split)


def collected() -> list[str]:
    """Every such sentence once, in alphabetical order."""
    return sorted({*_of_components(), *_of_code("trainer"), *_of_code("worker"), *_of_code("webapp")})


def source() -> str:
    """All of them as a module, for xgettext, which takes a percent sign for a gap where nobody tells it otherwise."""
    hint = "# xgettext:no-python-format\n"
    counting = {*ONE, *(one for one, _ in ONE.values())}
    single = "".join(f"{'' if '%(' in text else hint}_({text!r})\n" for text in collected() if text not in counting)
    return single + "".join(f"ngettext({one!r}, {text!r}, 2)\n" for text, (one, _) in ONE.items())


def _of_components() -> Iterator[str]:
    for entry in (entry for family in FAMILIES for entry in listing(family).values()):
        yield entry.label
        yield from filter(None, (entry.description, entry.description.split("\n\n")[0]))
        yield from _of_fields(entry.spec)
    yield from exporters.labels().values()
    for model in SPECS:
        yield from _of_fields(model)


def _of_fields(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        yield from (str(text) for text in (info.title, info.description, extra.get("unit")) if text)
        if name not in TAGS and get_origin(info.annotation) is Literal:
            yield from filter(CHOICE.fullmatch, (str(choice).replace("_", " ") for choice in get_args(info.annotation)))


def _of_code(package: str) -> Iterator[str]:
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from _sentences(_said_later(tree) if package == "webapp" else ast.walk(tree))


def _said_later(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            yield from (part for argument in node.args for part in ast.walk(argument))


def _is_of_the_log(node: ast.AST) -> bool:
    """Whether it writes a line of our own log, which stays English."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log"


def _sentences(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """String constants that read as a sentence; docstrings, parts of f-strings and lines of the log are none."""
    found = list(nodes)
    others = {id(part) for node in found if isinstance(node, ast.JoinedStr) for part in node.values}
    others |= {id(node.value) for node in found if isinstance(node, ast.Expr)}
    others |= {id(part) for node in found if _is_of_the_log(node) for part in ast.walk(node)}
    for node in found:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in others and SENTENCE.fullmatch(node.value):
            yield node.value
