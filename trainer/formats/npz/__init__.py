"""Table or pictures (NumPy).

Arrays of an .npz or .npy file with as many rows each: one of one dimension is a column, one of two is a column for each
of its own. One of three or four is pictures, and another with as many values is their labels. Names that say train and
test, as x_train and x_test, become the column “split”.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

MARK = b"\x93NUMPY"


class Spec(Component):
    """There is nothing to choose."""


def recognises(sources: Sequence[Source]) -> bool:
    return all(source.head.startswith(MARK) for source in sources)


def examples() -> tuple[dict[str, bytes], ...]:
    import io

    import numpy as np

    file = io.BytesIO()
    np.savez(file, size=np.arange(12) / 4, colour=np.array(["blue", "red", "red"] * 4))
    return ({"table.npz": file.getvalue()},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.npz.reader import read

    return read(sources, work, readings)
