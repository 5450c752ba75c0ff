"""How the letters of a text file are written as bytes."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trainer.formats.csv import wide

PIECE = 1024 * 1024
SAMPLE = 4 * 1024 * 1024
ASCII = re.compile(r"[\x00-\x7f]+")
HIGH = re.compile(rb"[\x80-\xff]+")
HIGH_LETTERS = re.compile(rb"[\xc0-\xff\xa8\xb8]+")
PAIRED = re.compile(  # what begins with a high byte, in Korean and Chinese
    rb"(?P<hangul>[\xb0-\xc8][\xa1-\xff])|(?P<common>[\xc9-\xf7][\xa1-\xff])|[\x80-\xff]{1,2}"
)
JAPANESE = re.compile(rb"(?P<kana>\x82[\x9f-\xf1]|\x83[\x40-\x96])|[\x81-\x9f\xe0-\xfc].", re.DOTALL)
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
LEAST_LETTERS = 20  # that are UTF-8, for each byte that is not
LEAST_PAIRS = 12  # of Hangul: so many Chinese characters in a row are hardly ever among the first third
LEAST_KANA = 0.2  # of what is written in pairs
LEAST_ODD = 0.2  # of such words
LEAST_RUN = 3.0  # letters of a word on average, where none of them is of the Latin alphabet


@dataclass(frozen=True)
class Detected:
    """The name of Python's codec; ``has_faults``: a few bytes are not written so."""

    codec: str
    has_faults: bool = False


def detected(path: Path) -> Detected:
    """UTF-8 is taken if the whole file is UTF-8, or nearly all of its letters beyond ASCII are where one is not."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Detected("utf-16")
    if codec := wide(head):
        return Detected(codec)
    place = _misfit(path, "utf-8")
    if place is None:
        return Detected("utf-8-sig")
    sample = Sample(_around(path, place))
    if _is_nearly_utf8(sample.text):
        return Detected("utf-8-sig", has_faults=True)
    return Detected(next((codec for codec in _likely(sample) if _misfit(path, codec) is None), "cp1252"))


def _is_nearly_utf8(sample: bytes) -> bool:
    """Texts in other encodings have hardly any letters beyond ASCII that would be UTF-8."""
    text = sample.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    letters = len(text) - faults - sum(map(len, ASCII.findall(text)))
    return letters >= LEAST_LETTERS * faults


def _misfit(path: Path, encoding: str) -> int | None:
    """The place of the first byte that is not written so; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            return file.tell() - len(error.object) + error.start
    return None


def _around(path: Path, place: int) -> bytes:
    """What stands around a byte, from the beginning of a line on, so that no letter is cut."""
    start = max(0, place - SAMPLE // 2)
    with path.open("rb") as file:
        file.seek(start)
        sample = file.read(SAMPLE)
    return sample[sample.find(b"\n", 0, place - start) + 1 :] if start else sample


@dataclass(frozen=True)
class Sample:
    """Some of a text that is not UTF-8. Its letters are looked at when they are asked for."""

    text: bytes

    @cached_property
    def pairs(self) -> "Pairs":
        counts = Counter(pair.lastgroup for pair in PAIRED.finditer(self.text))
        return Pairs(counts.total(), counts["hangul"] + counts["common"], counts["hangul"])


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
        return self.high > 0 and self.common >= 0.7 * self.high


def _likely(sample: Sample) -> Iterator[str]:
    """The codecs that the letters speak for, the likeliest first."""
    if _is_japanese(sample.text):
        yield "cp932"
    if _is_cyrillic(sample.text):
        yield "cp1251"
    if _is_korean(sample.pairs):
        yield "cp949"
    if sample.pairs.are_most:
        yield "gb18030"
    yield "cp1252"
    yield "cp932"  # without kana; some of its bytes are no Western letters


def _is_korean(pairs: Pairs) -> bool:
    return pairs.are_most and pairs.common >= LEAST_PAIRS and pairs.hangul >= 0.98 * pairs.common


def _is_japanese(sample: bytes) -> bool:
    """Whether many pairs are Hiragana or Katakana, as they stand between Chinese characters."""
    counts = Counter(pair.lastgroup for pair in JAPANESE.finditer(sample))
    return counts["kana"] > 0 and counts["kana"] >= LEAST_KANA * counts.total()


def _is_cyrillic(sample: bytes) -> bool:
    """Whether high letters make whole words, many of an odd length: in Western text they stand among others, and in
    Chinese and Korean by pairs."""
    runs = [len(run) for run in HIGH.findall(sample)]
    letters = sum(map(len, HIGH_LETTERS.findall(sample)))
    odd = sum(length % 2 for length in runs)
    return letters >= LEAST_RUN * max(1, len(runs)) and odd >= LEAST_ODD * len(runs)
