"""What components, specs and counted sentences say, for the catalogue of translations.

xgettext reads what stands in the sources as an argument of a marker. The words of a component are its docstring and the
fields of its Spec, hence they are taken from the classes themselves.
"""

import json
import re
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from trainer import exporters, presets
from trainer.catalog import FAMILIES, listing
from trainer.columns import readings
from trainer.sentences import ONE
from trainer.specs.parsing import KINDS
from trainer.specs.split import Split

TAGS = {"name", "version", "kind"}  # of every spec; nobody chooses among them in a form
CHOICE = re.compile(r"[a-z ]+")  # a word, not a number or a technical name such as float32
SPECS: tuple[type[BaseModel], ...] = (*KINDS.values(), Split)
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'


def of_specs() -> list[str]:
    """Labels, descriptions, fields and choices once each, in alphabetical order."""
    return sorted(
        {*_of_components(), *(text for model in (*SPECS, *readings().values()) for text in _of_fields(model))}
    )


def source() -> str:
    """All texts as a module, for xgettext, which takes a percent sign for a gap where nobody tells it otherwise."""
    single = "".join(f"# xgettext:no-python-format\n_({text!r})\n" for text in of_specs())
    return single + "".join(f"ngettext({one!r}, {text!r}, 2)\n" for text, (one, _) in ONE.items())


def counted() -> str:
    """A catalogue of the sentences that count, for xgettext to leave out where they are said: ``source`` has each of
    them together with what it reads of one."""
    return HEADER + "".join(f'\nmsgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""\n' for text in ONE)


def _of_components() -> Iterator[str]:
    for entry in (entry for family in FAMILIES for entry in listing(family).values()):
        yield entry.label
        yield from filter(None, (entry.description, entry.description.split("\n\n")[0]))
        yield from _of_fields(entry.spec)
    yield from exporters.labels().values()
    yield from (text for preset in presets.listing().values() for text in (preset.label, preset.description))


def _of_fields(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        yield from (str(text) for text in (info.title, info.description, extra.get("unit"), extra.get("empty")) if text)
        if name not in TAGS and get_origin(info.annotation) is Literal:
            yield from filter(CHOICE.fullmatch, (str(choice).replace("_", " ") for choice in get_args(info.annotation)))
