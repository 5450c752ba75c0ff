"""For each operation of an OpenAPI document a command that calls it: curl with all that is
required, and nothing else."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
CALLS = {"get": "curl", "head": "curl --head"}
VALUES = {"string": "…", "integer": 1, "number": 0.5, "boolean": True, "object": {}}
JSON = "application/json"


def command(document: Json, server: str, path: str, method: str, item: Json) -> str:
    """Capitals stand for what only the caller knows; ``server`` is the address it begins with."""
    call = CALLS.get(method, f"curl -X {method.upper()}")
    parts = [f"{call} {shlex.quote(server + _address(path, item['parameters']))}", '-H "Authorization: Bearer $TOKEN"']
    parts += [f"-H {shlex.quote(_header(document, one))}" for one in _required(item["parameters"], "header")]
    for media, content in item.get("requestBody", {}).get("content", {}).items():
        value = json.dumps(example(document, content.get("schema", {})), ensure_ascii=False)
        parts += [f"-H 'Content-Type: {media}'", f"-d {shlex.quote(value)}" if media == JSON else "--data-binary @FILE"]
    return " \\\n  ".join(parts)


def example(document: Json, schema: Json, parents: frozenset[str] = frozenset()) -> Any:
    """A value of this schema: its example, default or first choice, or a placeholder; of an object all that is
    required. An object that requires one of its own kind, which is among its ``parents``, is empty there."""
    for value in (*schema.get("examples", ()), schema.get("default"), schema.get("const"), *schema.get("enum", ())):
        if value is not None:
            return value
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        schemas = document["components"]["schemas"]
        return {} if name in parents else example(document, schemas[name], parents | {name})
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return example(document, schema[several][0], parents)
    required = [name for name in schema.get("properties", {}) if name in schema.get("required", ())]
    if required:
        return {name: example(document, schema["properties"][name], parents) for name in required}
    if schema.get("type") == "array":
        return [example(document, schema.get("items", {}), parents)]
    return str(schema["format"]).upper() if "format" in schema else VALUES.get(str(schema.get("type")))


def _address(path: str, parameters: Sequence[Json]) -> str:
    query = "&".join(f"{one['name']}={one['name'].upper()}" for one in _required(parameters, "query"))
    return re.sub(r"\{(\w+)\}", lambda gap: gap[1].upper(), path) + (f"?{query}" if query else "")


def _header(document: Json, parameter: Json) -> str:
    value = example(document, parameter.get("schema", {}))
    return f"{parameter['name']}: {parameter['name'].upper() if value == VALUES['string'] else value}"


def _required(parameters: Sequence[Json], place: str) -> list[Json]:
    return [one for one in parameters if one["in"] == place and one.get("required")]
