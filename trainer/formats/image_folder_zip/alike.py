"""What pictures of different sizes, colours and depths are made alike to."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainer.columns import image
from trainer.columns.image.decoding import BrokenPictureError, Canvas, HugePictureError
from trainer.errors import TrainerError
from trainer.formats.image_folder_zip import Spec, format_of
from trainer.formats.image_folder_zip.headers import Facts, extent, facts
from trainer.importing.archives import Source
from trainer.importing.problems import Problem, problem

BROKEN_SHARE = 0.1
NAMED = 5


@dataclass(frozen=True)
class Picture:
    """A picture whose header could be read."""

    source: Source
    facts: Facts


def looked_at(source: Source) -> Picture | None:
    """The picture with what its header says; None for a broken one. Raises TrainerError for one that is too large."""
    try:
        return Picture(source, facts(source.path))
    except HugePictureError as error:
        raise TrainerError(
            "picture_too_large",
            "“%(name)s” says that it is %(width)s x %(height)s pixels; more "
            "than 64 million pixels are not opened. Make the picture smaller or leave it out.",
            name=source.name,
            width=error.width,
            height=error.height,
        ) from error
    except BrokenPictureError:
        return None


def require_readable(broken: Sequence[str], total: int) -> None:
    """Raise TrainerError where so many of the pictures are broken that something else is wrong."""
    if len(broken) == total or len(broken) > BROKEN_SHARE * total + 1:
        raise TrainerError(
            "pictures_broken",
            "%(count)s of %(total)s pictures cannot be read, among them %(names)s. "
            "Save them again as PNG or JPEG, or leave them out.",
            count=len(broken),
            total=total,
            names=", ".join(broken[:NAMED]),
        )


def foreign_problems(foreign: Sequence[Source]) -> Iterator[Problem]:
    """Pictures in formats that are not read here."""
    if foreign:
        yield problem(
            "foreign_pictures",
            count=len(foreign),
            formats=", ".join(sorted(set(map(format_of, foreign)))),
            names=", ".join(source.name for source in foreign[:NAMED]),
        )


def canvas(spec: Spec, pictures: Sequence[Picture]) -> Canvas:
    """The most frequent size (the larger of two), reduced to the largest side, and the range of all deep pictures."""
    sizes = Counter((picture.facts.width, picture.facts.height) for picture in pictures)
    width, height = max(sizes, key=lambda size: (sizes[size], size))
    scale = min(1.0, spec.largest_side / max(width, height))
    grey = all(picture.facts.grey for picture in pictures) if spec.colour == "auto" else spec.colour == "grey"
    return Canvas(
        "L" if grey else "RGB",
        max(1, round(width * scale)),
        max(1, round(height * scale)),
        spec.fit,
        *_depth([picture.source for picture in pictures if picture.facts.deep]),
    )


def column(name: str, canvas: Canvas) -> image.Column:
    """The column of pictures that were made alike to this."""
    return image.Column(name=name, shape=canvas.shape, fit=canvas.fit, black=canvas.low, white=canvas.high)


def _depth(deep: Sequence[Source]) -> tuple[float, float]:
    """What becomes black and white: of whole numbers as many bits as are used (12 of 16, for example), of fractions
    0 to 1 or 0 to 255; where some are negative, the smallest and the largest."""
    extents = list(_extents(deep))
    if not extents:
        return 0.0, 65535.0
    low, high = min(low for low, _, _ in extents), max(high for _, high, _ in extents)
    if low < 0:
        return low, high
    if all(whole for _, _, whole in extents) and high != 1:
        return 0.0, 2.0 ** max(8, int(high).bit_length()) - 1
    return 0.0, 1.0 if high <= 1 else max(high, 255.0)


def _extents(deep: Sequence[Source]) -> Iterator[tuple[float, float, bool]]:
    for source in deep:
        try:
            yield extent(source.path)
        except BrokenPictureError:
            continue  # said when it is decoded


def problems(pictures: Sequence[Picture], canvas: Canvas) -> Iterator[Problem]:
    """What had to be done to make them alike."""
    sizes = Counter((picture.facts.width, picture.facts.height) for picture in pictures)
    width, height = canvas.width, canvas.height
    if len(sizes) > 1:
        resized = len(pictures) - sizes[width, height]
        yield problem("mixed_sizes", sizes=len(sizes), resized=resized, width=width, height=height)
    elif (width, height) not in sizes:
        (before,) = sizes
        yield problem("reduced", from_width=before[0], from_height=before[1], width=width, height=height)
    if animated := sum(picture.facts.animated for picture in pictures):
        yield problem("first_frames", count=animated)
    if several := sum(picture.facts.pages for picture in pictures):
        yield problem("first_pages", count=several)
    if deep := sum(picture.facts.deep for picture in pictures):
        yield problem("deep_pixels", count=deep, low=f"{canvas.low:g}", high=f"{canvas.high:g}")
