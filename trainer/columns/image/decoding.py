"""Decodes one picture, defensively: its size is checked from the header before a single pixel is decoded.

It needs Pillow and NumPy alone: an import reads pictures by it, and shipped beside exports, ``predict.py`` does.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from PIL import AvifImagePlugin, Image, ImageFile, ImageOps, UnidentifiedImageError

from trainer.columns.image.files import Fit

Array = np.ndarray[Any, Any]
Mode = Literal["L", "RGB"]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "AVIF", "JPEG2000", "PPM")
MOST_PIXELS = 64 * 1024 * 1024
BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)  # what Pillow's decoders are known to raise for damaged content

ImageFile.LOAD_TRUNCATED_IMAGES = False
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # an inspection may start none, and then nothing would be decoded
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class BrokenPictureError(Exception):
    """This picture cannot be used."""


class HugePictureError(BrokenPictureError):
    """Its header promises more pixels than are decoded here."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} x {height}")
        self.width, self.height = width, height


@dataclass(frozen=True)
class Canvas:
    """What all pictures are made alike to. Of deep pictures ``low`` becomes black and ``high`` white."""

    mode: Mode
    width: int
    height: int
    fit: Fit = "squeeze"
    low: float = 0.0
    high: float = 65535.0

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        return 1 if self.mode == "L" else 3, self.height, self.width


def decoded(path: Path | BinaryIO, canvas: Canvas) -> Array:
    """The first frame as uint8 [C, height, width]. Raises BrokenPictureError."""
    try:
        with opened(path) as image:
            image.draft(canvas.mode, (canvas.width, canvas.height))
            image.load()
            pixels = np.asarray(_fitted(_flat(_upright(image), canvas), canvas), dtype=np.uint8)
    except BROKEN as error:
        raise BrokenPictureError(str(error)) from error
    return pixels[None] if canvas.mode == "L" else pixels.transpose(2, 0, 1)


def _fitted(picture: Image.Image, canvas: Canvas) -> Image.Image:
    size = (canvas.width, canvas.height)
    if picture.size == size:
        return picture
    method = Image.Resampling.BOX if picture.width > canvas.width else Image.Resampling.BILINEAR
    if canvas.fit == "crop":
        return ImageOps.fit(picture, size, method)
    return ImageOps.pad(picture, size, method) if canvas.fit == "pad" else picture.resize(size, method)


def opened(path: Path | BinaryIO) -> Image.Image:
    """The picture, its header read. Our own check of the size comes first, so that the sentence can name it."""
    try:
        with warnings.catch_warnings(), _unchecked_size():
            warnings.simplefilter("ignore")
            image = Image.open(path, formats=FORMATS)
    except (*BROKEN, MemoryError) as error:  # a header needs none, if it is honest
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


def _flat(image: Image.Image, canvas: Canvas) -> Image.Image:
    """One layer of 8 bits: deep grey scaled, transparency laid on white."""
    mode = canvas.mode
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_shallow(np.asarray(image, dtype=np.float64), canvas)).convert(mode)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(ground, layer)
    return image.convert(mode)


def _shallow(values: Array, canvas: Canvas) -> Array:
    """uint8; what is not finite is black."""
    finite: Array = np.nan_to_num(values, nan=canvas.low, posinf=canvas.low, neginf=canvas.low)
    shares: Array = ((finite - canvas.low) / (canvas.high - canvas.low)).clip(0, 1)
    return np.asarray(np.rint(shares * 255), dtype=np.uint8)
