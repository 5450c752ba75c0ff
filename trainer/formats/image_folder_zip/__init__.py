"""Pictures (ZIP or TAR).

PNG, JPEG, GIF, BMP, WebP, TIFF, AVIF, JPEG 2000 and PNM pictures. The folder that a picture lies in is its class;
folders around those do not matter. Folders called train, validation and test, around the classes or inside them,
become the column “split”. A table among the files that names them, as labels.csv or metadata.jsonl, takes the place of
the folders; several with the same columns are joined, and called train.csv and test.csv they are parts.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from trainer.columns import Readings
from trainer.columns.image.files import SUFFIXES, Fit
from trainer.component import Component
from trainer.importing.archives import Source

if TYPE_CHECKING:
    from trainer.importing.parsed import Parsed

# HEIC is among them: the wheels of pillow-heif bring an encoder under the GPL; pi-heif, which had none, has ended.
FOREIGN = (
    ".heic",
    ".heif",
    ".jxl",
    ".svg",
    ".psd",
    ".xcf",
    ".eps",
    ".ico",
    ".tga",
    ".exr",
    ".hdr",
    ".dcm",
    ".nii",
    ".raw",
    ".dng",
    ".cr2",
    ".cr3",
    ".nef",
    ".arw",
    ".orf",
    ".rw2",
)
MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
HEIC = {b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")}
# So short, or so widely used, that the name has to say that it is a picture, of whichever format.
NAMED_MARKS = (b"BM", b"II*\0", b"MM\0*", *(b"P%d" % n for n in range(1, 7)))


class Spec(Component):
    """How pictures of different sizes and colours become alike, and which folder is the class."""

    largest_side: int = Field(
        128,
        ge=8,
        le=512,
        title="Largest side",
        json_schema_extra={"unit": "pixels"},
        description="Larger pictures are reduced to this, keeping their proportions.",
    )
    colour: Literal["auto", "grey", "rgb"] = Field(
        "auto",
        title="Colour",
        description="Grey has one channel, RGB three; “auto” keeps grey when all pictures are grey.",
    )
    fit: Fit = Field(
        "squeeze",
        title="Other proportions",
        description="Pictures of another shape than most are squeezed, or cropped at the sides, or padded with black.",
    )
    other_widths: Literal["refuse", "leave out"] = Field(
        "refuse",
        title="Lines that do not fit",
        description="What to do with lines of a table beside the pictures that are broken, or longer or shorter.",
    )
    class_folder: Literal["innermost", "outermost"] = Field(
        "innermost", title="Folder of the class", description="Which folder is the class where folders lie in folders."
    )


def is_picture(source: Source) -> bool:
    """Whether the first bytes are those of a picture that is read here."""
    head, name = source.head, source.name.lower()
    is_named_so = head.startswith(NAMED_MARKS) and name.endswith(SUFFIXES)
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return is_named_so or is_webp or head.startswith(MARKS) or head[4:12] in {b"ftypavif", b"ftypavis"}


def is_foreign(source: Source) -> bool:
    """Whether this is a picture all the same, in a format that is not read here."""
    return not is_picture(source) and (source.name.lower().endswith(FOREIGN) or source.head[4:8] == b"ftyp")


def format_of(source: Source) -> str:
    """The word for the format of a picture that is not read: phones' pictures are often called .jpg."""
    return "HEIC" if source.head[4:12] in HEIC else source.name.rpartition(".")[2].upper()


def recognises(sources: Sequence[Source]) -> bool:
    return any(is_picture(source) for source in sources)


def examples() -> tuple[dict[str, bytes], ...]:
    """Three pictures of each of two classes, of every kind that is read."""
    from PIL import Image

    files = {}
    for number, kind in enumerate(("png", "jpeg", "gif", "bmp", "webp", "png")):
        content = BytesIO()
        Image.new("L", (4, 4), 40 * number).convert("RGB").save(content, kind)
        files[f"{'ab'[number % 2]}/{number}.{kind}"] = content.getvalue()
    return (files,)


def build(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> "Parsed":
    from trainer.formats.image_folder_zip.reader import read

    return read(spec, sources, work, readings)
