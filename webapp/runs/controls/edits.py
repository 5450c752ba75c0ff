"""A list changed by one item: what a button of the list asks for on a page without scripts."""

from collections.abc import Callable
from typing import Any

EDIT = "edit"  # the name of the buttons


def edited(raw: dict[str, Any], edit: str) -> dict[str, Any]:
    """``raw`` with the list changed that ``edit`` names: “add cleaning clip”, “remove cleaning 2”, “up cleaning 1”.

    What means nothing changes nothing.
    """
    action, _space, rest = edit.partition(" ")
    path, _space, what = rest.partition(" ")
    if action not in ACTIONS:
        return raw
    changed: dict[str, Any] = _at(raw, path.split("."), lambda items: ACTIONS[action](items, what))
    return changed


def _at(data: Any, path: list[str], change: Callable[[list[Any]], list[Any]]) -> Any:
    """A copy of ``data`` whose list at ``path`` is changed."""
    if not path:
        return change(data) if isinstance(data, list) else data
    step, *rest = path
    if isinstance(data, dict) and step in data:
        return {**data, step: _at(data[step], rest, change)}
    if isinstance(data, list) and step.isdecimal() and int(step) < len(data):
        return [_at(part, rest, change) if place == int(step) else part for place, part in enumerate(data)]
    return data


def _added(items: list[Any], name: str) -> list[Any]:
    return [*items, {"name": name}]


def _removed(items: list[Any], place: str) -> list[Any]:
    return [item for number, item in enumerate(items) if str(number) != place]


def _up(items: list[Any], place: str) -> list[Any]:
    return _moved(items, place, -1)


def _down(items: list[Any], place: str) -> list[Any]:
    return _moved(items, place, 1)


def _moved(items: list[Any], place: str, by: int) -> list[Any]:
    if not place.isdecimal() or not 0 <= int(place) + by < len(items) or int(place) >= len(items):
        return items
    moved = list(items)
    moved.insert(int(place) + by, moved.pop(int(place)))
    return moved


ACTIONS: dict[str, Callable[[list[Any], str], list[Any]]] = {
    "add": _added,
    "remove": _removed,
    "up": _up,
    "down": _down,
}
