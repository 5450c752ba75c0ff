"""The rows of a report for the command line, the first of them, each in a line."""

from collections.abc import Iterator, Mapping
from typing import Any

from trainer.report import Cell, Heading, Sample, Samples, Value, parse, written
from trainer.sentences import filled

MOST_ROWS = 5
LONGEST = 100  # characters of a text


def of_report(body: Mapping[str, Any]) -> list[str]:
    """Of all rows that a report shows."""
    return [line for block in parse(body).blocks if isinstance(block, Samples) for line in _lines(block)]


def _lines(block: Samples) -> Iterator[str]:
    """A sentence, and a line for each of the first rows."""
    yield f"{block.title}: {filled(block.message, block.params)}"
    for sample in block.samples[:MOST_ROWS]:
        yield f"  row {sample.row}: {_cells(block, sample)}; {', '.join(map(_value, sample.values))}"
    if block.samples[MOST_ROWS:]:
        yield f"  and {len(block.samples) - MOST_ROWS} more in the report"


def _cells(block: Samples, sample: Sample) -> str:
    return ", ".join(
        f"{heading.label.lower()} {_cell(cell, heading)}"
        for heading, cell in zip(block.headings, sample.cells, strict=True)
    )


def _cell(cell: Cell, heading: Heading) -> str:
    return (
        "–" if cell is None else " ".join(cell.split()) if isinstance(cell, str) else written(cell, heading.unit or "")
    )


def _value(value: Value) -> str:
    if value.picture is not None:
        return f"{value.column} (picture)"
    text = "missing" if value.value is None else " ".join(str(value.value).split())
    return f"{value.column} {text[:LONGEST]}{'…' if len(text) > LONGEST or value.length else ''}"
