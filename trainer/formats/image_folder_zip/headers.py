"""What a picture's header says, and how far the values of a deep one go."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.columns.image.decoding import BROKEN, BrokenPictureError, opened

ANIMATIONS = {"PNG", "GIF", "WEBP", "AVIF"}  # further pictures in a JPEG are a camera's previews and depths
GREY = {"1", "L", "LA", "La"}
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Facts:
    """What a header says. ``width`` and ``height`` as the picture is to be seen, a turned camera considered."""

    width: int
    height: int
    grey: bool
    deep: bool
    animated: bool
    pages: bool


def facts(path: Path) -> Facts:
    """Read the header only. Raises BrokenPictureError."""
    with opened(path) as image:
        try:
            turned = image.getexif().get(ORIENTATION, 1) in {5, 6, 7, 8}
        except BROKEN:
            turned = False
        width, height = (image.height, image.width) if turned else image.size
        deep = image.mode.startswith(("I", "F"))
        more = _has_more(image)
        return Facts(
            width,
            height,
            grey=deep or image.mode in GREY,
            deep=deep,
            animated=more and image.format in ANIMATIONS,
            pages=more and image.format == "TIFF",
        )


def _has_more(image: Image.Image) -> bool:
    """Whether a second frame or page follows. Pillow looks for it in the file, which may be cut there and still hold
    a whole first."""
    try:
        return bool(getattr(image, "is_animated", False))
    except BROKEN:
        return False


def extent(path: Path) -> tuple[float, float, bool]:
    """The smallest and the largest finite value of a deep picture, and whether all are whole
    numbers. Raises BrokenPictureError."""
    try:
        with opened(path) as image:
            values = np.asarray(image, dtype=np.float64)
            values = values[np.isfinite(values)]
            return float(values.min()), float(values.max()), bool((values == np.rint(values)).all())
    except BROKEN as error:
        raise BrokenPictureError(str(error)) from error
