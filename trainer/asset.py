"""What all kinds of assets share: files that somebody gives to models beside the data, such as word vectors. Plain
Python; the web server reads it too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from trainer.component import Component, Lenient, Strict
from trainer.errors import SpecError, TrainerError
from trainer.importing.problems import Problem
from trainer.importing.profile import Histogram

ROLE = "asset"  # of such a file among a job's inputs, before the name that the spec has for it
Unit = Literal["count", "number", "text", "message", "shares"]


class AssetSpec(Component):
    """What the Specs of all kinds of assets share: nothing is chosen, for a file says all of itself. ``file`` is the
    name of what an inspection makes of an upload.
    """

    file: ClassVar[str]
    cpu_seconds: ClassVar[int] = 1800  # that an inspection may take to read one


class Fact(Strict):
    """Something to know of an asset. ``label`` is a message identifier, and so is a ``value`` of the unit message. The
    unit shares has names, which are message identifiers too, each with its part of the whole.
    """

    label: str
    value: int | float | str | Annotated[tuple[Annotated[tuple[str, float], Lenient], ...], Lenient]
    unit: Unit = "count"


class Sample(Strict):
    """Some of what an asset holds, in its own words; ``label`` is a message identifier."""

    label: str
    items: Annotated[tuple[str, ...], Lenient]


class Distribution(Strict):
    """How often something has which size; ``label`` is a message identifier."""

    label: str
    histogram: Histogram


class AssetProfile(Strict):
    """What an inspection tells of an asset, as it is stored and shown. ``message`` says in a few words what it is, with
    gaps for ``params``; ``measures`` are whole numbers by which a component decides whether it suits.
    """

    kind: str
    message: str
    params: dict[str, Any] = {}
    measures: dict[str, int] = {}
    facts: Annotated[tuple[Fact, ...], Lenient] = ()
    samples: Annotated[tuple[Sample, ...], Lenient] = ()
    distributions: Annotated[tuple[Distribution, ...], Lenient] = ()
    problems: Annotated[tuple[Problem, ...], Lenient] = ()


@dataclass(frozen=True)
class AssetOf:
    """Annotation of a field of a Spec that names an asset of this kind: ``Annotated[str, AssetOf("…")]``, or of
    ``str | None``. The field holds the asset's identifier; a form offers the person's own.
    """

    kind: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_chosen, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "choices_from": "assets", "kind": self.kind}


def _chosen(name: str | None) -> str | None:
    if name == "":
        raise SpecError("asset_unnamed", "Choose an asset here. Where there is none yet, upload one first.")
    return name


@dataclass(frozen=True)
class Reference:
    """A place in a spec that names an asset: its path, the kind that it wants, and the part of the spec that has it."""

    path: str
    kind: str
    name: str
    owner: BaseModel

    @property
    def field(self) -> str:
        return self.path.rpartition(".")[2]

    def require(self, profile: AssetProfile) -> None:
        """Raise TrainerError for an asset of another kind, or one that does not suit."""
        if profile.kind != self.kind:
            raise TrainerError(
                "asset_kind", "This asset is of another kind than is needed here. Choose another.", field=self.path
            )
        if isinstance(self.owner, Component):
            self.owner.require_asset(self.path, self.field, profile.measures)


def references(value: Any, path: str = "") -> Iterator[Reference]:
    """All places in a spec, or a part of one, that name an asset."""
    if isinstance(value, BaseModel):
        kinds = _kinds(type(value))
        for name in type(value).model_fields:
            place, part = f"{path}.{name}" if path else name, getattr(value, name)
            if name in kinds and isinstance(part, str):
                yield Reference(place, kinds[name], part, value)
            else:
                yield from references(part, place)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from references(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from references(part, f"{path}.{number}" if path else str(number))


@cache
def _kinds(model: type[BaseModel]) -> Mapping[str, str]:
    """The kind of asset that each field names which names any."""
    kinds = {name: kind_of(info) for name, info in model.model_fields.items()}
    return {name: kind for name, kind in kinds.items() if kind}


def fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields that name assets."""
    return frozenset(_kinds(model))


def kind_of(info: FieldInfo) -> str:
    """The kind of asset that the field names; empty where it names none."""
    notes = (*info.metadata, *_notes(info.annotation))
    return next((note.kind for note in notes if isinstance(note, AssetOf)), "")


def _notes(annotation: Any) -> Iterator[Any]:
    """What Annotated says within a type, also of a member of a union."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    if get_origin(annotation) in (Union, type(int | str), Annotated):
        for part in get_args(annotation):
            yield from _notes(part)


def role(name: str) -> str:
    """Among a job's inputs, of the asset that the spec calls so."""
    return f"{ROLE}:{name}"
