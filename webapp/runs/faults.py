"""What is wrong in a form, each with the control that it is about: beside it while somebody edits, and in a list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import QueryDict

from webapp.runs.controls.control import ComponentList, Control, Group, element
from webapp.runs.controls.draw import Errors


@dataclass(frozen=True)
class Fault:
    """``element`` is the identifier of the control or of the item, empty for the whole; ``label`` its name."""

    element: str
    label: str
    message: str


def of(groups: Iterable[Group], errors: Errors, sent: QueryDict | None = None) -> list[Fault]:
    """Those of controls that were drawn with ``errors``, and the rest. ``sent`` is the form as a browser has it: the
    items of its lists have keys of their own.
    """
    drawn = list(groups)
    placed = [fault for group in drawn for fault in _of_group(group, "", sent or QueryDict())]
    return [*placed, *(Fault("", "", message) for message in homeless(errors, drawn))]


def homeless(errors: Errors, groups: Iterable[Group]) -> list[str]:
    """What is wrong with the whole, or with a place that has no control, such as a field that does not exist."""
    homes = {"name", *(path for group in groups for path in group.paths)}
    return [
        f"{path}: {message}" if path else message
        for path, messages in errors.items()
        if path not in homes
        for message in messages
    ]


def by_element(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """As the script that puts them beside the controls takes them."""
    messages: dict[str, list[str]] = {}
    for fault in faults:
        messages.setdefault(fault.element, []).append(fault.message)
    return messages


def _of_group(group: Group, around: str, sent: QueryDict) -> Iterator[Fault]:
    for control in group.controls:
        label = f"{around}: {control.label}" if around else control.label
        yield from (Fault(_element(control.name, sent), label, message) for message in control.errors)
        yield from _inside(control, around, sent)


def _inside(control: Control, around: str, sent: QueryDict) -> Iterator[Fault]:
    if not isinstance(control, ComponentList):
        for group in control.groups:
            yield from _of_group(group, around, sent)
        return
    for number, item in enumerate(control.items, 1):
        label = f"{control.label} {number}"
        yield from (Fault(_element(item.prefix, sent), label, message) for message in item.errors)
        yield from _of_group(item.group, item.label, sent)


def _element(name: str, sent: QueryDict) -> str:
    """The identifier of what was drawn with this name: drawn anew, items of lists are numbered by their places."""
    first, *steps = name.split(".")
    own = first
    for step in steps:
        keys = sent.getlist(f"{own}.item")
        own = f"{own}.{keys[int(step)] if step.isdecimal() and int(step) < len(keys) else step}"
    return element(own)
