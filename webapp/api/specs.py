"""The specs of runs in the OpenAPI document, made from the catalog: a shape for each kind of run and for each
component, and for each family the union of its components, which their `name` tells apart. A column's reading is a
union of the kinds that can be chosen, which `kind` tells apart.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from trainer.catalog import FAMILIES, Entry, Family, listing
from trainer.columns import readings
from trainer.specs.parsing import KINDS

PREFIX = "#/components/schemas/"
SHAPE = "x-shape"  # in the schema of a field: the shape that stands in its place
ANYTHING = {"type", "additionalProperties"}  # what pydantic says of a field that takes any object
READING = "Reading"  # how a column of a data set is to be read
Json = dict[str, Any]


def shapes() -> dict[str, Json]:
    """All of them by name. `Spec` is that of any run."""
    entries = [entry for family in FAMILIES for entry in listing(family).values()]
    names: dict[Any, str] = {model: model.__name__ for model in KINDS.values()}
    names |= {entry.spec: _name(entry) for entry in entries}
    names |= {reading: _reading(kind) for kind, reading in readings().items()}
    inputs: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in names]
    references, document = models_json_schema(inputs, ref_template=PREFIX + "{model}")
    rename = _renaming({_target(reference): names[model] for (model, _mode), reference in references.items()})
    definitions = dict(rename(name, schema) for name, schema in document["$defs"].items())
    definitions |= {model.__name__: _kind(definitions[model.__name__]) for model in KINDS.values()}
    definitions |= {_name(entry): _component(entry, definitions[_name(entry)]) for entry in entries}
    definitions |= {
        name: {**definitions[name], "title": name, "required": ["kind"]} for name in map(_reading, readings())
    }
    definitions |= {READING: _union("kind", {kind: _reading(kind) for kind in readings()})}
    definitions |= {_capitals(family): _union("name", _members(family)) for family in FAMILIES}
    return {**definitions, "Spec": _union("kind", {kind: model.__name__ for kind, model in KINDS.items()})}


def with_references(shape: Json) -> Json:
    """The shape with references where its fields name another by `SHAPE`."""

    def refer(schema: Json) -> Json:
        return _reference(schema[SHAPE], schema, {SHAPE, *ANYTHING}) if SHAPE in schema else schema

    result: Json = _walk(shape, refer)
    return result


def _renaming(names: Mapping[str, str]) -> Callable[[str, Json], tuple[str, Json]]:
    """Gives a definition of pydantic's the name that we have for it, and lets it refer to others by theirs."""
    families = {name: _capitals(family) for family in FAMILIES for name in _members(family).values()}
    families |= dict.fromkeys(map(_reading, readings()), READING)

    def refer(schema: Json) -> Json:
        if isinstance(schema.get("$ref"), str):
            return {**schema, "$ref": PREFIX + names.get(_target(schema), _target(schema))}
        if "discriminator" in schema:  # its members were renamed before
            return _reference(families[_target(schema["oneOf"][0])], schema, {"discriminator", "oneOf"})
        return schema

    return lambda name, schema: (names.get(name, name), _walk(schema, refer))


def _walk(value: Any, change: Callable[[Json], Json]) -> Any:
    """A schema with each that it holds changed, the innermost first."""
    if isinstance(value, dict):
        return change({name: _walk(part, change) for name, part in value.items()})
    return [_walk(part, change) for part in value] if isinstance(value, list) else value


def _kind(schema: Json) -> Json:
    """Its description says in the first sentence what the run does, and then how the code goes about it."""
    return {**schema, "description": schema["description"].partition(". ")[0].removesuffix(".") + "."}


def _component(entry: Entry, schema: Json) -> Json:
    """A union needs its name, which has a default in our own code."""
    required = ["name", *(name for name in schema.get("required", ()) if name != "name")]
    description = f"{entry.label}. {entry.description}".strip()
    return {**schema, "title": _name(entry), "description": description, "required": required}


def _members(family: Family) -> dict[str, str]:
    """The names of the shapes of a family's components."""
    return {name: _name(entry) for name, entry in listing(family).items()}


def _union(tag: str, members: dict[str, str]) -> Json:
    references = {name: PREFIX + member for name, member in members.items()}
    return {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": tag, "mapping": references},
    }


def _reference(name: str, schema: Json, replaced: set[str]) -> Json:
    return {**{key: value for key, value in schema.items() if key not in replaced}, "$ref": PREFIX + name}


def _target(reference: Json) -> str:
    return str(reference["$ref"]).removeprefix(PREFIX)


def _name(entry: Entry) -> str:
    """Two families may each have a component of one name."""
    return _capitals(entry.family) + _capitals(entry.name)


def _reading(kind: str) -> str:
    return READING + _capitals(kind)


def _capitals(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
