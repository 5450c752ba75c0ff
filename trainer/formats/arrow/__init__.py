"""Table (Arrow, Feather).

Its columns keep the types that the file states: texts are no numbers, however they are spelled.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

MARK = b"ARROW1"


class Spec(Component):
    """There is nothing to choose."""


def recognises(sources: Sequence[Source]) -> bool:
    return any(source.head.startswith(MARK) for source in sources)


def examples() -> tuple[dict[str, bytes], ...]:
    import io

    import pyarrow as pa
    import pyarrow.feather

    file = io.BytesIO()
    table = pa.table({"size": [row / 4 for row in range(12)], "colour": ["blue", "red", "red"] * 4})
    pyarrow.feather.write_feather(table, file, compression="uncompressed")
    return ({"table.feather": file.getvalue()},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.arrow.reader import read

    return read([source for source in sources if source.head.startswith(MARK)] or sources, work, readings)
