"""Table (Parquet).

Its columns keep the types that the file states: texts are no numbers, however they are spelled.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source, beginning

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

MARK = b"PAR1"


class Spec(Component):
    """There is nothing to choose."""


def recognises(sources: Sequence[Source]) -> bool:
    return bool(beginning(sources, MARK))


def examples() -> tuple[dict[str, bytes], ...]:
    import io

    import pyarrow.parquet

    from trainer.importing import typed

    file = io.BytesIO()
    pyarrow.parquet.write_table(typed.example(), file)
    return ({"table.parquet": file.getvalue()},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.parquet.reader import read
    from trainer.importing.parsed import beside

    own = beginning(sources, MARK) or sources
    return beside(read(own, work, readings), [source for source in sources if source not in own])
