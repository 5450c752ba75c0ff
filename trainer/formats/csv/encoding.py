"""How the letters of a text file are written as bytes."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from trainer.formats.csv import wide

PIECE = 1024 * 1024
SAMPLE = 4 * 1024 * 1024
HIGH = re.compile(rb"[\x80-\xff]+")
HIGH_LETTERS = re.compile(rb"[\xc0-\xff\xa8\xb8]+")
LABELS = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB 18030",
    "big5": "Big 5",
    "cp932": "Windows-932 (Shift JIS)",
    "cp949": "Windows-949 (EUC-KR)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1252": "Windows-1252 (Latin 1)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
}
LEAST_PAIRS = 12  # of Hangul: so many Chinese characters in a row are hardly ever among the first third
LEAST_KANA = 0.2  # of what is written in pairs
LEAST_ODD = 0.2  # of such words
LEAST_RUN = 3.0  # letters of a word on average, where none of them is of the Latin alphabet


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
    pairs = _pairs(sample)
    likely = (
        ("cp932", _is_japanese(sample)),
        ("cp1251", _is_cyrillic(sample)),
        ("cp949", _is_korean(pairs)),
        ("gb18030", pairs.are_most),
        ("cp1252", True),
        ("cp932", True),  # without kana; some of its bytes are no Western letters
    )
    return next((codec for codec, is_likely in likely if is_likely and _decodes(path, codec)), "cp1252")


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


@dataclass(frozen=True)
class Pairs:
    """How many high bytes there are, or pairs that begin with one; how many are pairs as Chinese and Korean have them,
    and how many of those are Hangul in the Korean code."""

    high: int
    common: int
    hangul: int

    @property
    def are_most(self) -> bool:
        """In Western text, high bytes mostly stand alone."""
        return self.common >= 0.7 * self.high


def _pairs(sample: bytes) -> Pairs:
    high = common = hangul = at = 0
    while at < len(sample):
        if sample[at] < 0x80:
            at += 1
        elif at + 1 < len(sample) and 0xB0 <= sample[at] <= 0xF7 and sample[at + 1] >= 0xA1:
            high, common, hangul, at = high + 1, common + 1, hangul + (sample[at] <= 0xC8), at + 2
        else:
            high, at = high + 1, at + (2 if at + 1 < len(sample) and sample[at + 1] >= 0x80 else 1)
    return Pairs(high, common, hangul)


def _is_korean(pairs: Pairs) -> bool:
    return pairs.are_most and pairs.common >= LEAST_PAIRS and pairs.hangul >= 0.98 * pairs.common


def _is_japanese(sample: bytes) -> bool:
    """Whether many pairs are Hiragana or Katakana, as they stand between Chinese characters."""
    high = kana = at = 0
    while at < len(sample) - 1:
        lead, trail = sample[at], sample[at + 1]
        if 0x81 <= lead <= 0x9F or 0xE0 <= lead <= 0xFC:
            high, at = high + 1, at + 2
            kana += (lead == 0x82 and 0x9F <= trail <= 0xF1) or (lead == 0x83 and 0x40 <= trail <= 0x96)
        else:
            at += 1
    return kana > 0 and kana >= LEAST_KANA * high


def _is_cyrillic(sample: bytes) -> bool:
    """Whether high letters make whole words, many of an odd length: in Western text they stand among others, and in
    Chinese and Korean by pairs."""
    runs = [len(run) for run in HIGH.findall(sample)]
    letters = sum(map(len, HIGH_LETTERS.findall(sample)))
    odd = sum(length % 2 for length in runs)
    return letters >= LEAST_RUN * max(1, len(runs)) and odd >= LEAST_ODD * len(runs)
