"""ETag and If-Match on what can be edited, so that nobody overwrites what they have not seen."""

import hashlib
from collections.abc import Callable
from typing import Protocol, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _

from webapp import names
from webapp.http.problems import Problem
from webapp.refusals import FieldError


class Named(Protocol):
    """What has a name that a person can change."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def etag(*editable: str) -> str:
    """The tag of what a person can change of an object; what changes by itself, such as progress, is left out."""
    return f'"{hashlib.sha256(chr(0).join(editable).encode()).hexdigest()[:32]}"'


def rename(request: HttpRequest, thing: N, give: Callable[[N, str], bool], name: str) -> None:
    """Let ``give`` change the name; it says False when somebody else was faster.

    Raises Problem 422 for a name of which nothing is seen, 428 without If-Match, 412 when what the client last saw is
    not what is there.
    """
    _require_match(request, etag(thing.name))
    if not (visible_name := names.shown(name)):
        message = _("Give it a name.")
        raise Problem(422, message, [FieldError("name", message)])
    if not give(thing, visible_name):
        raise _changed()


def _require_match(request: HttpRequest, current: str) -> None:
    condition = request.headers.get("If-Match")
    if condition is None:
        raise Problem(428, _("Send the ETag that you last saw of this as If-Match."))
    if condition != "*" and current not in [tag.strip() for tag in condition.split(",")]:
        raise _changed()


def _changed() -> Problem:
    return Problem(412, _("This was changed meanwhile. Get it again, and repeat the change on what is there now."))
