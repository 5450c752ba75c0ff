"""Settings of a whole training that are known to do well with data of a sort; `make accuracy` measures them.

A preset is a file of this folder. The docstring's first line is its label, the rest says what it is good for;
``takes(features)`` says for which columns together it is made; ``SETTINGS`` are fields of a train spec as JSON, and
``ORDER`` is its place among those that fit. Plain Python; the web server reads it too.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from trainer.columns import Column


@dataclass(frozen=True, kw_only=True)
class Preset:
    """``settings`` leave the data's own fields, such as the task, as they are."""

    name: str
    label: str
    description: str
    settings: Mapping[str, Any]
    takes: Callable[[Sequence[Column]], bool]
    order: int


@cache
def listing() -> dict[str, Preset]:
    """All presets by name, in the order in which people are shown them."""
    presets = [_preset(info.name) for info in pkgutil.iter_modules(__path__)]
    return {preset.name: preset for preset in sorted(presets, key=lambda preset: preset.order)}


def fitting(features: Sequence[Column]) -> list[Preset]:
    """Those that are made for these columns together."""
    return [preset for preset in listing().values() if preset.takes(features)]


def _preset(name: str) -> Preset:
    module = importlib.import_module(f"{__name__}.{name}")
    label, _, description = (module.__doc__ or name).strip().partition("\n")
    return Preset(
        name=name,
        label=label,
        description=description.strip(),
        settings=module.SETTINGS,
        takes=module.takes,
        order=module.ORDER,
    )
