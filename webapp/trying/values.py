"""A form's fields, a column each, and what somebody entered in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainer.trying.entries import Entry
from trainer.trying.questions import Question, Value
from webapp import words
from webapp.datasets.models import DatasetVersion
from webapp.formatting import short

LARGEST_FILE = 10 << 20  # bytes
LONGEST_TEXT = 1 << 20  # characters of one value
FIELD = "value-"  # what the names of fields begin with, before their place
MANY = 12  # fields that stand open; further ones are folded away
MOST = 1000  # fields of a form: of wider rows the rest is missing there
TOO_LONG = gettext_lazy("At most %(most)s characters can be tried here. Leave some out.")
TOO_LARGE = gettext_lazy("A file of at most %(most)s MiB can be tried here. Make it smaller.")
EMPTY_FILE = gettext_lazy("This file is empty; choose one with content.")


@dataclass(frozen=True)
class Field:
    """The control of a column: what it holds at first, or what was entered."""

    entry: Entry
    place: int
    value: str = ""

    @property
    def name(self) -> str:
        return f"{FIELD}{self.place}"

    @property
    def id(self) -> str:
        return f"try-{self.place}"

    @property
    def kind(self) -> str:
        return words.column_kind(self.entry.kind)

    @property
    def accept(self) -> str:
        """The ends of names of files that fit."""
        return ",".join(self.entry.choices)


@dataclass(frozen=True)
class Entered:
    """What was entered, and what is wrong with it by column."""

    question: Question
    errors: Mapping[str, str]


def fields(entries: Sequence[Entry], version: DatasetVersion | None, entered: Mapping[str, str] | None) -> list[Field]:
    """With what was ``entered`` by name, or with the first row of the data where that is known."""
    if entered is not None:
        return [Field(entry, place, entered.get(f"{FIELD}{place}", "")) for place, entry in enumerate(entries[:MOST])]
    first = first_row(version)
    return [
        Field(entry, place, _fitting(entry, first.get(entry.column, ""))) for place, entry in enumerate(entries[:MOST])
    ]


def _fitting(entry: Entry, text: str) -> str:
    """The text; of a choice the one that it is, however it is written."""
    if entry.look != "choice":
        return text
    return next((choice for choice in entry.choices if choice.casefold() == text.casefold()), "")


def first_row(version: DatasetVersion | None) -> dict[str, str]:
    """The values of the first row by column, as the profile has them."""
    columns: Sequence[Mapping[str, Any]] = ((version and version.profile) or {}).get("columns", ())
    return {column["name"]: column["first"][0] for column in columns if column.get("first")}


def read(entries: Sequence[Entry], post: Mapping[str, str], files: Mapping[str, "UploadedFile[Any]"]) -> Entered:
    """The fields of a form. An empty one is a missing value; a NUL is a space, as it is where a file is imported."""
    names = {entry.column: f"{FIELD}{place}" for place, entry in enumerate(entries)}
    sent = {column: post.get(name, "").replace("\0", " ") for column, name in names.items()}
    texts = {entry.column: sent[entry.column] for entry in entries if entry.look != "file"}
    contents = {column: files[name] for column, name in names.items() if name in files}
    values: dict[str, Value] = {column: text for column, text in texts.items() if text.strip()}
    return check(entries, values, {column: _content(file) for column, file in contents.items()}, post.get("about", ""))


def check(entries: Sequence[Entry], values: Mapping[str, Value], files: Mapping[str, bytes], about: str) -> Entered:
    """A question, and what of it can be seen to be wrong before a worker is asked."""
    errors = {}
    for entry in entries:
        value = values.get(entry.column)
        if entry.look == "file":
            error = _wrong_file(files.get(entry.column))
        else:
            error = TOO_LONG % {"most": short(LONGEST_TEXT)} if len(str(value or "")) > LONGEST_TEXT else ""
        if error:
            errors[entry.column] = error
    return Entered(Question(values, files, about), errors)


def _wrong_file(content: bytes | None) -> str:
    if content is None:
        return _("Choose a file: the model needs one.")
    if len(content) > LARGEST_FILE:
        return TOO_LARGE % {"most": LARGEST_FILE >> 20}
    return "" if content else str(EMPTY_FILE)


def _content(file: "UploadedFile[Any]") -> bytes:
    return bytes(file.read(LARGEST_FILE + 1))
