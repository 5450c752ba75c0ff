"""The listing of components: a folder is a family, a file (or folder) in it is one component.

Nothing is registered anywhere else. A name that came from outside is only ever looked up in this listing, never
imported. This module reaches no torch: a component imports it inside ``build``.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from types import ModuleType
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from trainer.component import Component

Family = Literal[
    "tasks",
    "formats",
    "assets",
    "tokenizers",
    "models",
    "encoders",
    "combiners",
    "losses",
    "optimizers",
    "schedules",
    "cleaning",
    "augmentation",
    "compressors",
    "exporters",
]
FAMILIES: tuple[Family, ...] = get_args(Family)


@dataclass(frozen=True)
class Entry:
    """One component: its stored name, its label (the docstring's first line), the Spec with
    ``name`` and ``version``.
    """

    family: Family
    name: str
    label: str
    description: str
    spec: type[Component]
    module: ModuleType


@cache
def listing(family: Family) -> dict[str, Entry]:
    """All components of a family by name, in the order in which people are shown them."""
    package = importlib.import_module(f"trainer.{family}")
    entries = [_entry(family, info.name) for info in pkgutil.iter_modules(package.__path__)]
    return {item.name: item for item in sorted(entries, key=lambda item: (item.spec.order, item.name))}


def _entry(family: Family, name: str) -> Entry:
    module = importlib.import_module(f"trainer.{family}.{name}")
    label, _, description = (module.__doc__ or name).strip().partition("\n")
    tag: Any = (Literal[name], name)
    version: Any = (Literal[module.Spec.VERSION], module.Spec.VERSION)
    tagged = create_model(
        name,
        __base__=module.Spec,
        __module__=module.__name__,
        name=tag,
        version=version,
    )
    return Entry(family, name, label.strip().rstrip("."), description.strip(), cast("type[Component]", tagged), module)


def entry(family: Family, spec: Component) -> Entry:
    """The entry that a validated spec belongs to."""
    return listing(family)[spec.name]


def part(family: Family, spec: Component, name: str) -> Any:
    """A module of the component's folder. It may reach torch."""
    return importlib.import_module(f"{entry(family, spec).module.__name__}.{name}")


def build(family: Family, spec: Component, *args: Any, **kwargs: Any) -> Any:
    """Make the object that ``spec`` describes; each family's package docstring gives the arguments and the result."""
    return entry(family, spec).module.build(spec, *args, **kwargs)


def default(family: Family, name: str) -> Component:
    """The component with all defaults."""
    return listing(family)[name].spec()


@dataclass(frozen=True)
class Choice:
    """Annotation that validates ``{"name": …, fields}`` as one component of a family."""

    family: Family

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        specs = [item.spec for item in listing(self.family).values()]
        union: Any = reduce(or_, specs) if specs else source
        if len(specs) > 1:
            union = Annotated[union, Field(discriminator="name")]
        return handler.generate_schema(union)
