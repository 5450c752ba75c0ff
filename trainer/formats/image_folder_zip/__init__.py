"""Images, one folder per class (ZIP).

PNG, JPEG, GIF, BMP and WebP pictures. The folder that a picture lies in is its class; folders around those do not matter. Folders
called train, validation and test, around the classes or inside them, become the column “split”.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")


class Spec(Component):
    """How pictures of different sizes and colours become alike, and which folder is the class."""

    largest_side: int = Field(128, ge=8, le=512, title="Largest side", json_schema_extra={"unit": "pixels"},
                              description="Larger pictures are reduced to this, keeping their proportions.")
    colour: Literal["auto", "grey", "rgb"] = Field(
        "auto", title="Colour", description="Grey has one channel, RGB three; “auto” keeps grey when all pictures are grey.")
    class_folder: Literal["innermost", "outermost"] = Field(
        "innermost", title="Folder of the class", description="Which folder is the class where folders lie in folders.")


def is_picture(source: Source) -> bool:
    """Whether the first bytes are those of a picture that is read here."""
    head = source.head
    return head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or _is_bitmap(source) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _is_bitmap(source: Source) -> bool:
    return source.head[:2] == b"BM" and source.name.lower().endswith(".bmp")


def recognises(sources: Sequence[Source]) -> bool:
    return any(is_picture(source) for source in sources)


def build(spec: Spec, sources: Sequence[Source], work: Path) -> "Parsed":
    from trainer.formats.image_folder_zip.reader import read

    return read(spec, sources, work)
