"""A form that is sent more than once: the same content at the same address is the same request."""

import hashlib
import json
from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from webapp.idempotency.keys import once_for

CSRF = "csrfmiddlewaretoken"  # Django's name of the field


def key(request: HttpRequest) -> str | None:
    """What makes a form that is sent twice one run; another after "Back" and a change, which is meant as another run.

    The page's own ``key`` tells its forms apart, whatever token they are sent with. None for a form without one.
    """
    return _hash(request, without=CSRF) if request.POST.get("key") else None


def once(request: HttpRequest, user: AbstractBaseUser, action: Callable[[], UUID]) -> UUID:
    """The identifier of what ``action`` makes, made once however often this very form arrives: reloaded, or
    after a lost answer.

    Each page masks its CSRF token anew, so that the same form on another page is meant as another. What ``action``
    raises leaves nothing behind. A request without that token, which a script of ours may send, is no such form.
    """
    if CSRF not in request.POST:
        return action()
    _status, body = once_for(user, f"form {_hash(request)}", b"", lambda: (201, {"id": action()}))
    return UUID(str(body["id"]))


def _hash(request: HttpRequest, without: str = "") -> str:
    """Of the address and of what was filled in."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name != without)
    return hashlib.sha256(json.dumps([request.path, fields]).encode()).hexdigest()
