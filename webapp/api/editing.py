"""ETag and If-Match on what can be edited, so that nobody overwrites what they have not seen."""

import hashlib

from django.http import HttpRequest
from django.utils.translation import gettext as _

from webapp.api.problems import Problem


def etag(*editable: str) -> str:
    """The tag of what a person can change of an object; what changes by itself, such as progress, is left out."""
    return f'"{hashlib.sha256(chr(0).join(editable).encode()).hexdigest()[:32]}"'


def require_match(request: HttpRequest, current: str) -> None:
    """Raises Problem 428 without If-Match, 412 when it names something older."""
    condition = request.headers.get("If-Match")
    if condition is None:
        raise Problem(428, _("Send the ETag that you last saw of this as If-Match."))
    if condition != "*" and current not in [tag.strip() for tag in condition.split(",")]:
        raise changed()


def changed() -> Problem:
    return Problem(412, _("This was changed meanwhile. Get it again, and repeat the change on what is there now."))
