"""How the letters of a text file are written as bytes."""

import codecs
from pathlib import Path

from trainer.formats.csv import wide

PIECE = 1024 * 1024
SAMPLE = 4 * 1024 * 1024
LABELS = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB 18030",
    "cp1252": "Windows-1252 (Latin 1)",
}


def detected(path: Path) -> str:
    """The name of Python's codec. UTF-8 is taken only if the whole file is UTF-8."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if codec := wide(sample):
        return codec
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    return "gb18030" if _is_chinese(sample) and _decodes(path, "gb18030") else "cp1252"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(sample: bytes) -> bool:
    """Whether high bytes come in the pairs of common Chinese characters; in Western text they mostly stand alone."""
    high = pairs = at = 0
    while at < len(sample):
        if sample[at] < 0x80:
            at += 1
        elif at + 1 < len(sample) and 0xB0 <= sample[at] <= 0xF7 and sample[at + 1] >= 0xA1:
            high, pairs, at = high + 1, pairs + 1, at + 2
        else:
            high, at = high + 1, at + (2 if at + 1 < len(sample) and sample[at + 1] >= 0x80 else 1)
    return pairs >= 0.7 * high
