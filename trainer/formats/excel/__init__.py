"""Table (Excel).

One sheet of an .xlsx file: the first that holds a table, a visible one before hidden ones. Its cells keep the types
that the file states, and formulas the values that were stored with them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

WORKBOOK = "xl/workbook.xml"  # an .xlsx file is a ZIP, and arrives here unpacked


class Spec(Component):
    """There is nothing to choose."""


def recognises(sources: Sequence[Source]) -> bool:
    return any(source.name == WORKBOOK for source in sources)


def examples() -> tuple[dict[str, bytes], ...]:
    import io

    import openpyxl

    workbook, file = openpyxl.Workbook(), io.BytesIO()
    sheet = workbook.active
    for row in [("size", "colour"), *((row / 4, "red" if row % 3 else "blue") for row in range(12))]:
        sheet.append(row)
    workbook.save(file)
    return ({"table.xlsx": file.getvalue()},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.excel.reader import read

    return read(sources, work, readings)
