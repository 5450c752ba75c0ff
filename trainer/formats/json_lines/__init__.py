"""Table (JSON Lines).

One JSON object a line, or one list of objects; their keys are the columns. Values that are themselves lists or objects
are kept as text.
"""

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed


class Spec(Component):
    """What to do with lines that cannot be read."""

    broken_lines: Literal["refuse", "leave out"] = Field(
        "refuse",
        title="Broken lines",
        description="What to do with lines that are not JSON, and values of lines or of a list that are no objects.",
    )


def beginning(source: Source) -> str:
    """The first letters, whichever way they are written."""
    if source.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return source.head.decode("utf-16", "ignore")
    return source.head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "ignore")


def is_list(source: Source) -> bool:
    """Whether it begins as a list of objects does."""
    start = beginning(source).lstrip()
    return start.startswith("[") and start[1:].lstrip().startswith("{")


def _is_lines(source: Source) -> bool:
    """Whether the first line begins like an object and, where its end is in sight, ends like one."""
    line, end, _ = beginning(source).lstrip().partition("\n")
    return (
        line.startswith("{")
        and (not end or line.rstrip().endswith("}"))
        and (bool(end) or source.name.lower().endswith((".jsonl", ".ndjson")))
    )


def _is_table(source: Source) -> bool:
    return _is_lines(source) or is_list(source)


def recognises(sources: Sequence[Source]) -> bool:
    return any(_is_table(source) for source in sources)


def examples() -> tuple[dict[str, bytes], ...]:
    lines = (f'{{"size": {row / 4}, "colour": "{"red" if row % 3 else "blue"}"}}\n' for row in range(12))
    return ({"table.jsonl": "".join(lines).encode()},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.json_lines.reader import read
    from trainer.importing.parsed import beside

    own = [source for source in sources if _is_table(source)] or sources
    return beside(read(spec, own, work, readings), [source for source in sources if source not in own])
