"""The OpenAPI document as people read it: operations by tag, what they take and give, and a command that calls each.

It reads any document of OpenAPI 3.1; a shape (a schema with a name) stands once on the page, and whatever speaks of
it links there.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from webapp.api import examples
from webapp.api.examples import Json

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
BOUNDS = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minLength": "≥ {} characters",
    "maxLength": "≤ {} characters",
    "minItems": "≥ {} items",
    "maxItems": "≤ {} items",
}
CODE = re.compile(r"(`+)(.+?)\1")


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a shape; ``place`` is where a parameter is sent: path, query, header or cookie."""

    name: str
    kind: SafeString
    text: SafeString
    required: bool
    place: str = ""


@dataclass(frozen=True)
class Content:
    """What is sent or comes back: a media type and the type of its value."""

    media: str
    kind: SafeString


@dataclass(frozen=True)
class Response:
    status: str
    text: SafeString
    contents: Sequence[Content]
    headers: Sequence[Field]


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``anchor`` is its place on the page, ``command`` a call by curl."""

    anchor: str
    method: str
    path: str
    title: str
    text: SafeString
    parameters: Sequence[Field]
    body: Sequence[Content]
    responses: Sequence[Response]
    command: str


@dataclass(frozen=True)
class Shape:
    name: str
    text: SafeString
    kind: SafeString
    fields: Sequence[Field]


def by_tag(document: Json, server: str) -> dict[str, list[Operation]]:
    """All operations under their first tag, in the document's order; ``server`` is the address that
    commands begin with."""
    operations: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in (method for method in METHODS if method in item):
            shared = {**item[method], "parameters": [*item.get("parameters", ()), *item[method].get("parameters", ())]}
            operation = _operation(document, server, path, method, shared)
            operations.setdefault((shared.get("tags") or [_("Other")])[0], []).append(operation)
    return operations


def shapes(document: Json) -> list[Shape]:
    """The schemas that have a name, in alphabetical order."""
    schemas = document.get("components", {}).get("schemas", {})
    return [
        Shape(name, prose(schema.get("description", "")), _kind(schema), list(_fields(schema)))
        for name, schema in sorted(schemas.items())
    ]


def doors(document: Json) -> list[tuple[str, SafeString]]:
    """The ways to say who one is, each with its description."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    return [(name, prose(scheme.get("description", ""))) for name, scheme in schemes.items()]


def prose(text: str) -> SafeString:
    """A description: escaped, and what stands in backticks as code."""
    return mark_safe(CODE.sub(r"<code>\2</code>", escape(text)))  # noqa: S308 - everything was escaped before


def _operation(document: Json, server: str, path: str, method: str, item: Json) -> Operation:
    body, responses = item.get("requestBody", {}), item["responses"].items()
    return Operation(
        anchor=f"{method}-{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-')}",
        method=method.upper(),
        path=path,
        title=item.get("summary", ""),
        text=prose(item.get("description", "")),
        parameters=[_parameter(one) for one in item["parameters"]],
        body=list(_contents(body)),
        responses=[_response(str(status), response) for status, response in responses],
        command=examples.command(document, server, path, method, item),
    )


def _parameter(item: Json) -> Field:
    schema = item.get("schema", {})
    text = item.get("description") or schema.get("description", "")
    return Field(item["name"], _kind(schema), prose(text), item.get("required", False), item["in"])


def _response(status: str, item: Json) -> Response:
    headers = [
        Field(name, _kind(one.get("schema", {})), prose(one.get("description", "")), False)
        for name, one in item.get("headers", {}).items()
    ]
    return Response(status, prose(item.get("description", "")), list(_contents(item)), headers)


def _contents(item: Json) -> Iterator[Content]:
    for media, content in item.get("content", {}).items():
        yield Content(media, _kind(content.get("schema", {})))


def _fields(schema: Json) -> Iterator[Field]:
    for name, one in schema.get("properties", {}).items():
        yield Field(name, _kind(one), prose(one.get("description", "")), name in schema.get("required", ()))


def _kind(schema: Json) -> SafeString:
    """A schema's type in words, with a link where it is a shape, and its bounds."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return format_html('<a href="#shape-{}">{}</a>', name, name)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return format_html_join(" | ", "{}", ((_kind(one),) for one in schema[several]))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return format_html_join(" | ", "<code>{}</code>", ((json.dumps(value),) for value in values))
    if schema.get("type") == "array":
        word = format_html("{} {}", _("list of"), _kind(schema.get("items", {})))
    else:
        word = format_html("{}", schema.get("format") or schema.get("type") or _("anything"))
    bounds = [bound.format(schema[name]) for name, bound in BOUNDS.items() if name in schema]
    return format_html("{}{}", word, "".join(f", {bound}" for bound in bounds))
