"""Words about pictures and their files. Plain Python, shipped beside exports."""

from typing import Literal

Fit = Literal["squeeze", "crop", "pad"]  # how pictures of other proportions are made alike
TIFF, PNM = (".tif", ".tiff"), (".pbm", ".pgm", ".ppm", ".pnm")
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".avif", ".jp2", *TIFF, *PNM)
