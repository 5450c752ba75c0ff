"""JSON in and out: nothing that is too deep, ambiguous or not JSON comes in, and NaN never leaves as invalid JSON."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

from webapp.http.problems import Problem
from webapp.refusals import FieldError

DEEPEST = 32
LARGEST_INTEGER = 2**63


class StrictParser(Parser):
    """Reads a request's JSON. Raises Problem 400, 413 or 415."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem(415, _("Send JSON, with Content-Type: application/json."))
        try:
            return read(request.body)
        except RequestDataTooBig:
            raise Problem(413, _("This JSON is too large. Send data sets as uploads.")) from None


def read(content: bytes) -> Any:
    """The value of a JSON text. Raises Problem 400 where it is none, or one that no honest client sends."""
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_once_each)
        _check(value)
    except RecursionError:
        raise _too_deep() from None
    except UnicodeError:
        raise Problem(400, _("This is not JSON: it has characters that are not valid text.")) from None
    except json.JSONDecodeError as error:
        raise Problem(
            400,
            _("This is not JSON: see line %(line)s, column %(column)s.")
            % {"line": error.lineno, "column": error.colno},
        ) from None
    except ValueError:  # an integer of thousands of digits
        raise _too_large() from None
    return value


def _refuse_constant(name: str) -> None:
    raise Problem(400, _("JSON has no %(name)s; leave the field out.") % {"name": name})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Problem(400, _("A field stands twice in the same JSON object. Keep one of the two."))
    return fields


def _check(value: Any, depth: int = 1, path: str = "") -> None:
    if depth > DEEPEST:
        raise _too_deep()
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair is no text
        if "\0" in value:
            raise Problem(400, _("Text must not contain the NUL character. Remove it."))
    elif (isinstance(value, int) and abs(value) > LARGEST_INTEGER) or value in (math.inf, -math.inf):  # 1e999
        raise _too_large(path)
    elif isinstance(value, dict):
        for name, part in value.items():
            _check(name, depth)
            _check(part, depth + 1, f"{path}.{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _check(part, depth + 1, f"{path}.{index}")


def _too_deep() -> Problem:
    return Problem(400, _("This JSON is nested too deeply; %(most)s levels are allowed.") % {"most": DEEPEST})


def _too_large(path: str = "") -> Problem:
    """Fields are named as in the spec, wherever it stands; ``path`` begins with a point."""
    field = path.removeprefix(".")
    field = "" if field == "spec" else field.removeprefix("spec.")
    errors = [FieldError(field, _("This number is too large."))] if field else []
    return Problem(400, _("A number in this JSON is too large."), errors)


class Renderer(BaseRenderer):
    """Writes JSON; NaN and infinities become the texts "NaN", "Infinity" and "-Infinity"."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return write(data)


def write(data: Any) -> str:
    try:
        return json.dumps(data, cls=NinjaJSONEncoder, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_spelled(data), cls=NinjaJSONEncoder, allow_nan=False, separators=(",", ":"))


def _spelled(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {name: _spelled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(part) for part in value]
    return value
