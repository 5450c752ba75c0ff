"""Reads texts that lie in one folder per class, one text a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trainer.columns import Readings, text
from trainer.data.partition import SPLIT, TRAIN
from trainer.errors import TrainerError
from trainer.formats.csv import encoding
from trainer.formats.text_folder_zip import MARKS, Spec, is_text
from trainer.importing import folders, series
from trainer.importing.archives import Source
from trainer.importing.folders import Place
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse

TEXT, LABEL = "text", "label"
LONGEST_FILE = 16 * 1024 * 1024  # bytes
CHUNK_FILES, CHUNK_CHARACTERS = 4096, 8 * 1024 * 1024
NAMED = 5


@dataclass(frozen=True)
class Passage:
    """One text: what it says, its class, and its part of the data."""

    content: str
    label: str
    part: str | None


@dataclass
class Reading:
    """The texts in the order of their names, and what was noticed on the way."""

    files: Sequence[tuple[Source, Place]]
    unread: list[str] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)  # other than UTF-8, by name

    @property
    def has_parts(self) -> bool:
        parts = {place.part or TRAIN for _, place in self.files}
        return TRAIN in parts and len(parts) > 1

    def passages(self) -> Iterator[Passage]:
        """They can be read again."""
        self.unread.clear()
        for source, place in self.files:
            content = self._content(source)
            if content is None:
                self.unread.append(source.name)
            elif place.label is not None:
                yield Passage(content, place.label, place.part)

    def _content(self, source: Source) -> str | None:
        """None where it is too long, or no text."""
        if source.size > LONGEST_FILE or not is_text(source):
            return None
        written = source.path.read_bytes()
        try:
            content = written.decode("utf-16" if written.startswith(MARKS) else "utf-8-sig")
        except UnicodeDecodeError:
            codec = encoding.detected(source.path).codec
            self.encodings[source.name] = encoding.LABELS.get(codec, "UTF-8")
            content = written.decode(codec, "replace")
        return None if "\0" in content else content

    def chunks(self) -> Iterator[Chunk]:
        some: list[Passage] = []
        row, characters = 1, 0
        for passage in self.passages():
            some.append(passage)
            characters += len(passage.content)
            if len(some) == CHUNK_FILES or characters > CHUNK_CHARACTERS:
                yield self._chunk(some, row)
                row, some, characters = row + len(some), [], 0
        if some:
            yield self._chunk(some, row)

    def _chunk(self, some: Sequence[Passage], row: int) -> Chunk:
        columns = [series.of(one.content for one in some), series.of(one.label for one in some)]
        parts = [series.of(one.part or TRAIN for one in some)] if self.has_parts else []
        return Chunk(range(row, row + len(some)), [*columns, *parts])


def read(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The columns text and label, and split where folders tell it. Raises TrainerError where no text of a class can be
    read."""
    own = sorted((one for one in sources if one.name.lower().endswith(folders.TEXTS)), key=lambda one: one.name)
    places = folders.places([source.name for source in own], is_outermost=spec.class_folder == "outermost")
    placed = list(zip(own, places, strict=True))
    reading = Reading([(source, place) for source, place in placed if place.label is not None])
    unlabelled = [source.name for source, place in placed if place.label is None]
    others = [source.name for source in sources if source not in own]
    if next(reading.passages(), None) is None:
        raise TrainerError(
            "texts_unread",
            "None of these files can be read as a text of a class. Save them as UTF-8, and put the texts of each class "
            "into a folder with the class's name.",
        )
    names, stated = [TEXT, LABEL, *[SPLIT] * reading.has_parts], _stated(2 + reading.has_parts)
    parsed = parse(names, reading.chunks, work, stated=stated, readings={TEXT: text.Reading(), **readings})
    return replace(
        parsed,
        problems=(*_problems(reading, unlabelled, others), *_of_places(spec, places), *parsed.problems),
        checks=parsed.checks | checks_of(_problems, _of_places),
        left_out=(
            *(LeftOut(name, "no class") for name in unlabelled),
            *(LeftOut(name, "too long, or no text") for name in reading.unread),
            *(LeftOut(name, "no text") for name in others),
        ),
    )


def _stated(count: int) -> list[Stated]:
    return ["words"] * count


def _problems(reading: Reading, unlabelled: Sequence[str], others: Sequence[str]) -> Iterator[Problem]:
    """What the files gave reason to say."""
    if reading.unread:
        most = LONGEST_FILE // 1024**2
        yield problem("unread_texts", count=len(reading.unread), names=_some(reading.unread), most=most)
    if unlabelled:
        yield problem("unlabelled_texts", count=len(unlabelled), names=_some(unlabelled))
    if others:
        yield problem("other_files", count=len(others), names=_some(others))
    if codecs := reading.encodings:
        encodings = ", ".join(sorted(set(codecs.values())))
        yield problem("other_encodings", count=len(codecs), encodings=encodings, names=_some(list(codecs)))


def _of_places(spec: Spec, places: Sequence[Place]) -> Iterator[Problem]:
    if spec.class_folder == "innermost" and (inner := folders.ambiguous(places)):
        yield problem("nested_folders", path="/".join(inner), name=inner[-1])


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED])
