"""A form that is sent more than once."""

import hashlib
import json
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest

from webapp.accounts.models import User
from webapp.api.keyed import once_for


def key(request: HttpRequest) -> str | None:
    """What makes a form that is pressed twice one run; another after "Back" and a change, which is meant as another run."""
    if not request.POST.get("key"):
        return None
    content = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return hashlib.sha256(json.dumps([request.path, content]).encode()).hexdigest()


def once(request: HttpRequest, user: User, action: Callable[[], UUID]) -> UUID:
    """The identifier of what ``action`` makes, made once however often this very form arrives: reloaded, or after a
    lost answer.

    Each page masks its CSRF token anew, so that the same form on another page is meant as another. What ``action``
    raises leaves nothing behind. A request without that token, which a script of ours may send, is no such form.
    """
    if "csrfmiddlewaretoken" not in request.POST:
        return action()
    content = json.dumps([request.path, sorted(request.POST.lists())]).encode()
    press = f"press {hashlib.sha256(content).hexdigest()}"
    _status, body = once_for(user, press, b"", lambda: (201, {"id": action()}))
    return UUID(str(body["id"]))
