"""Pictures (IDX).

The files that MNIST and its relatives come in: one with pictures, one with labels, each plain or as .gz, together in
one ZIP or side by side. Which is which is told by their content, so names and order do not matter. Names that say train
and test (or t10k) become the column “split”.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

TYPES = frozenset({0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E})


class Spec(Component):
    """There is nothing to choose: an IDX file says all of itself."""


def is_idx(source: Source) -> bool:
    """Whether the first four bytes are two zeros, a known type, and one to four dimensions."""
    head = source.head
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in TYPES and 1 <= head[3] <= 4


def recognises(sources: Sequence[Source]) -> bool:
    return any(is_idx(source) for source in sources)


def examples() -> tuple[dict[str, bytes], ...]:
    """Six pictures of 2 x 2 pixels."""
    pictures = bytes.fromhex("00000803 00000006 00000002 00000002") + bytes(range(24))
    labels = bytes.fromhex("00000801 00000006") + bytes([0, 1, 0, 1, 0, 1])
    return ({"pictures": pictures, "labels": labels},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.idx.reader import read

    return read(sources, work)
