"""What the description of the API says of every route alike: who gets in, what a refusal looks
like, which headers count.
"""

from collections.abc import Iterator
from typing import Any

from webapp.api import specs

SECURITY: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "`manage.py createtoken NAME` prints one."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "trainyard_session",
        "description": "A signed-in browser; what changes something also sends X-CSRFToken.",
    },
}
PROBLEM = {
    "description": "A problem document (RFC 9457) that says what is wrong and what to do.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 255},
    "description": "The same key with the same request is answered and not done again, for a day.",
}
MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "examples": ["*"]},
    "description": "The ETag that was last seen of it, or *.",
}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Of what can be edited."}}
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Where to look at it."}}


def complete(schema: dict[str, Any], problem: dict[str, Any]) -> dict[str, Any]:
    """The description with all that in it; ``problem`` is the JSON Schema of a refusal, with what it refers
    to in ``$defs``.
    """
    own = {**schema["components"]["schemas"], **problem.get("$defs", {}), "Problem": problem}
    shapes = {**specs.shapes(), **{name: specs.with_references(shape) for name, shape in own.items()}}
    for method, operation in _operations(schema):
        _describe(method, operation)
    for methods in schema["paths"].values():
        if "head" in methods:  # the same object as that of GET
            methods["head"] = {**methods["head"], "operationId": methods["head"]["operationId"] + "_head"}
    components = {**schema["components"], "schemas": shapes, "securitySchemes": SECURITY}
    return {**schema, "components": components, "security": [{name: []} for name in SECURITY]}


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield method, operation


def _describe(method: str, operation: dict[str, Any]) -> None:
    responses, parameters = operation["responses"], operation.setdefault("parameters", [])
    responses.setdefault("default", PROBLEM)
    for status, response in responses.items():
        if str(status) in ("201", "202"):
            response["headers"] = {**LOCATION, **response.get("headers", {})}
        if str(status) == "200" and any(name in operation.get("operationId", "") for name in ("_detail", "_rename")):
            response["headers"] = {**ETAG, **response.get("headers", {})}
    if method == "post" and any(str(status) == "201" for status in responses):
        parameters.append(KEY)
    if method == "patch":
        parameters.append(MATCH)
