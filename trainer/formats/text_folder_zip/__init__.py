"""Texts (ZIP or TAR).

Files called .txt, one text each. The folder that a text lies in is its class; folders around those do not matter.
Folders called train, validation and test, around the classes or inside them, become the column “split”.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from trainer.columns import Readings
from trainer.component import Component
from trainer.importing.archives import Source
from trainer.importing.folders import TEXTS, are_texts_by_class

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, in which texts have zero bytes


class Spec(Component):
    """Which folder is the class."""

    class_folder: Literal["innermost", "outermost"] = Field(
        "innermost", title="Folder of the class", description="Which folder is the class where folders lie in folders."
    )


def is_text(source: Source) -> bool:
    """Whether it is called a text and begins as one."""
    has_zeros = b"\0" in source.head and not source.head.startswith(MARKS)
    return source.name.lower().endswith(TEXTS) and not has_zeros


def recognises(sources: Sequence[Source]) -> bool:
    return are_texts_by_class(sources) and any(map(is_text, sources))


def examples() -> tuple[dict[str, bytes], ...]:
    """Three texts of each of two classes."""
    words = ("The room was quiet, the staff kind.", "Nobody answered, and the bed was hard.")
    return ({f"{'ab'[at % 2]}/{at}.txt": f"{words[at % 2]} It was night {at}.\n".encode() for at in range(6)},)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.text_folder_zip.reader import read

    return read(spec, sources, work, readings)
