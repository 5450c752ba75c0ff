"""Who sends a raw ASGI request: Django's session and CSRF checks, and the API's tokens, without Django's handler."""

from io import BytesIO
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from webapp.accounts.authentication import authenticate
from webapp.accounts.credentials import Credential
from webapp.accounts.models import User
from webapp.http.problems import Problem


def who(scope: dict[str, Any]) -> tuple[User, Credential]:
    """The person behind ``scope``, whose body is not read, and what they came in with. Raises Problem, as the API's
    other addresses do."""
    headers = [
        (name, value) for name, value in scope["headers"] if name.lower() not in (b"content-type", b"content-length")
    ]
    request = ASGIRequest({**scope, "headers": headers}, BytesIO())
    try:
        request.get_host()
    except DisallowedHost:
        raise Problem(400, _("This server does not answer to that host name.")) from None
    SessionMiddleware(_no_view).process_request(request)
    request.user = get_user(request)
    return authenticate(request), Credential.of_request(request)


def _no_view(request: HttpRequest) -> HttpResponse:
    raise AssertionError("only the middleware's first half is used")
