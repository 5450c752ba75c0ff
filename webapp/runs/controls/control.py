"""One control of each shape: its ``name`` in the form, its ``path`` in the spec, and the ``template`` that draws it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

Look = Literal["number", "text", "select", "check", "columns", "lines", "json"]


LONG = 12  # boxes to tick


def element(name: str) -> str:
    """The identifier of what has this name in the form."""
    return "field-" + re.sub(r"\W+", "-", name)


@dataclass(frozen=True, kw_only=True)
class Control:
    name: str
    path: str
    label: str
    help: str = ""
    advanced: bool = False
    errors: tuple[str, ...] = ()

    template: ClassVar[str]

    @property
    def id(self) -> str:
        return element(self.name)

    @property
    def groups(self) -> "tuple[Group, ...]":
        """What is inside and counts: not what belongs to a component that is not chosen."""
        return ()

    @property
    def paths(self) -> Iterator[str]:
        """The places in the spec at which a fault would be shown here."""
        yield self.path
        for group in self.groups:
            yield from group.paths

    @property
    def is_faulty(self) -> bool:
        return bool(self.errors) or any(group.is_faulty for group in self.groups)

    @property
    def words(self) -> str:
        """What it says at present, for the line that stands for a folded item."""
        return ""

    @property
    def is_idle(self) -> bool:
        """Whether the data leave nothing to choose."""
        return False


@dataclass(frozen=True)
class Group:
    """Controls that stand together; ``folded`` ones are seen when somebody asks for them."""

    open: tuple[Control, ...] = ()
    folded: tuple[Control, ...] = ()

    @property
    def controls(self) -> tuple[Control, ...]:
        return (*self.open, *self.folded)

    @property
    def paths(self) -> Iterator[str]:
        for control in self.controls:
            yield from control.paths

    @property
    def is_faulty(self) -> bool:
        return any(control.is_faulty for control in self.controls)

    @property
    def is_previewed(self) -> bool:
        return any(isinstance(control, ComponentList) and control.is_previewed for control in self.controls)

    @property
    def folded_faulty(self) -> bool:
        """A fold with a fault in it is open, or nobody would find the fault."""
        return any(control.is_faulty for control in self.folded)

    @property
    def words(self) -> str:
        return ", ".join(filter(None, (control.words for control in self.controls)))


@dataclass(frozen=True, kw_only=True)
class Field(Control):
    """A value, or several of one type."""

    look: Look
    value: str
    values: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    minimum: float | int | None = None
    maximum: float | int | None = None
    step: str = "any"
    wide: bool = False
    names_asset: bool = False

    template: ClassVar[str] = "runs/controls/field.html"

    @property
    def is_idle(self) -> bool:
        return (
            not self.names_asset
            and self.look in ("select", "columns")
            and not any(value for value, _text in self.choices)
        )

    @property
    def is_long(self) -> bool:
        """Whether somebody would rather type a part of what is looked for."""
        return len(self.choices) > LONG

    @property
    def words(self) -> str:
        if self.look == "check":
            return self.label if self.value == "true" else ""
        if self.look == "columns":
            chosen = ", ".join(text for value, text in self.choices if value in self.values)
        else:
            chosen = dict(self.choices).get(self.value, self.value) if self.value or not self.names_asset else ""
        return f"{self.label} {chosen} {self.unit}".strip() if chosen else ""


@dataclass(frozen=True, kw_only=True)
class Nested(Control):
    """A Spec within the Spec, whose fields stand under its label."""

    group: Group

    template: ClassVar[str] = "runs/controls/nested.html"

    @property
    def groups(self) -> tuple[Group, ...]:
        return (self.group,)

    @property
    def words(self) -> str:
        return self.group.words


@dataclass(frozen=True)
class Option:
    """One component that may be chosen, with its own fields."""

    name: str
    label: str
    help: str
    group: Group


@dataclass(frozen=True, kw_only=True)
class Alternatives(Control):
    """One component of a family; ``automatic`` says what no choice means, where that is allowed."""

    chosen: str
    options: tuple[Option, ...]
    automatic: str = ""

    template: ClassVar[str] = "runs/controls/alternatives.html"

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(option.group for option in self.options if option.name == self.chosen)

    @property
    def words(self) -> str:
        chosen = next((option for option in self.options if option.name == self.chosen), None)
        return ", ".join(filter(None, (f"{self.label} {chosen.label}", chosen.group.words))) if chosen else ""


@dataclass(frozen=True)
class Item:
    """One component in a list. ``key`` sets its fields apart from those of the others; it is no place. The names of its
    fields begin with ``prefix``.
    """

    key: str
    name: str
    label: str
    help: str
    group: Group
    prefix: str
    errors: tuple[str, ...] = ()
    is_new: bool = False

    @property
    def id(self) -> str:
        return element(self.prefix)

    @property
    def is_open(self) -> bool:
        return self.is_new or self.group.is_faulty


@dataclass(frozen=True, kw_only=True)
class ComponentList(Control):
    """Components of a family, one after the other. ``blanks`` are items to add, whose key is ``placeholder``. Of one
    that is previewed the page can show what it makes of the data.
    """

    items: tuple[Item, ...]
    blanks: tuple[Item, ...]
    placeholder: str
    empty: str
    is_previewed: bool = False
    is_previewed_empty: bool = False  # what stands for nothing can be looked at too

    template: ClassVar[str] = "runs/controls/list.html"

    @property
    def is_idle(self) -> bool:
        return not self.items and not self.blanks

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(item.group for item in self.items)

    @property
    def paths(self) -> Iterator[str]:
        yield from (self.path, *(f"{self.path}.{place}" for place in range(len(self.items))))
        for group in self.groups:
            yield from group.paths

    @property
    def is_faulty(self) -> bool:
        return super().is_faulty or any(item.errors for item in self.items)

    @property
    def words(self) -> str:
        return ", ".join(item.label for item in self.items)
