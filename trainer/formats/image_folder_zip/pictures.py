"""Decodes one picture, defensively: its size is checked from the header before a single pixel is decoded."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from trainer.data import Array

Mode = Literal["L", "RGB"]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "AVIF", "JPEG2000", "PPM")
ANIMATIONS = {"PNG", "GIF", "WEBP", "AVIF"}  # further pictures in a JPEG are a camera's previews and depths
MOST_PIXELS = 64 * 1024 * 1024
GREY = {"1", "L", "LA", "La", "I", "F"}
ORIENTATION = 0x0112
BROKEN = (
    UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, ValueError, SyntaxError,
    EOFError, TypeError, KeyError, IndexError, AttributeError, OverflowError, AssertionError, RuntimeError, MemoryError, struct.error,
    zlib.error,
)  # what Pillow's decoders are known to raise for damaged content

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class BrokenPictureError(Exception):
    """This picture cannot be used."""


class HugePictureError(BrokenPictureError):
    """Its header promises more pixels than are decoded here."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} x {height}")
        self.width, self.height = width, height


@dataclass(frozen=True)
class Facts:
    """What a header says. ``width`` and ``height`` as the picture is to be seen, a turned camera considered."""

    width: int
    height: int
    grey: bool
    animated: bool
    pages: bool


def facts(path: Path) -> Facts:
    """Read the header only. Raises BrokenPictureError."""
    with _opened(path) as image:
        try:
            turned = image.getexif().get(ORIENTATION, 1) in {5, 6, 7, 8}
        except BROKEN:
            turned = False
        width, height = (image.height, image.width) if turned else image.size
        grey = image.mode in GREY or image.mode.startswith("I;")
        more = _has_more(image)
        return Facts(width, height, grey, more and image.format in ANIMATIONS, more and image.format == "TIFF")


def _has_more(image: Image.Image) -> bool:
    """Whether a second frame or page follows. Pillow looks for it in the file, which may be cut there and still hold a whole first."""
    try:
        return bool(getattr(image, "is_animated", False))
    except BROKEN:
        return False


def decoded(path: Path, mode: Mode, width: int, height: int) -> Array:
    """The first frame as uint8 [C, height, width]. Raises BrokenPictureError."""
    try:
        with _opened(path) as image:
            image.draft(mode, (width, height))
            image.load()
            picture = _flat(_upright(image), mode)
            if picture.size != (width, height):
                picture = picture.resize((width, height), Image.Resampling.BOX if picture.width > width else Image.Resampling.BILINEAR)
            pixels = np.asarray(picture, dtype=np.uint8)
    except BROKEN as error:
        raise BrokenPictureError(str(error)) from error
    return pixels[None] if mode == "L" else pixels.transpose(2, 0, 1)


def _opened(path: Path) -> Image.Image:
    """The picture, its header read. Our own check of the size comes first, so that the sentence can name it."""
    try:
        with warnings.catch_warnings(), _unchecked_size():
            warnings.simplefilter("ignore")
            image = Image.open(path, formats=FORMATS)
    except BROKEN as error:
        raise BrokenPictureError(str(error)) from error
    if image.width * image.height > MOST_PIXELS:
        image.close()
        raise HugePictureError(image.width, image.height)
    return image


@contextmanager
def _unchecked_size() -> Iterator[None]:
    """Pillow's own check, which does not tell the size, is off while a header is read; it is on while pixels are."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera was; a broken note about it is ignored."""
    try:
        return ImageOps.exif_transpose(image)
    except BROKEN:
        return image


def _flat(image: Image.Image, mode: Mode) -> Image.Image:
    """One layer of 8 bits: 16-bit grey scaled, transparency laid on white."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8)).convert(mode)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(ground, layer)
    return image.convert(mode)
