"""Table (Arrow, Feather).

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

MARK = b"ARROW1"


class Spec(Component):
    """There is nothing to choose."""


def recognises(sources: Sequence[Source]) -> bool:
    return bool(beginning(sources, MARK))


def examples() -> tuple[dict[str, bytes], ...]:
    import io

    import pyarrow.feather

    from trainer.importing import typed

    file = io.BytesIO()
    pyarrow.feather.write_feather(typed.example(), file, compression="uncompressed")
    return ({"table.feather": file.getvalue()},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.arrow.reader import read
    from trainer.importing.parsed import beside

    own = beginning(sources, MARK) or sources
    return beside(read(own, work, readings), [source for source in sources if source not in own])
