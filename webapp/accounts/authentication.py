"""Who is asking: a token in ``Authorization: Bearer …``, or a session with a CSRF token for what changes something."""

import re

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.http.problems import Problem

_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


def by_token(authorization: str) -> User | None:
    """The person whose token stands in an ``Authorization`` header."""
    match = _BEARER.fullmatch(authorization.strip())
    return tokens.owner_of(match[1]) if match else None


def authenticate(request: HttpRequest) -> User:
    """The person behind ``request``. Raises Problem 401, or 403 for a session without its CSRF token.

    A token that was sent is the only thing looked at: a wrong one is not made good by a session beside it.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return _of_session(request)
    user = by_token(header)
    if user is None:
        raise unknown()
    return user


def _of_session(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.is_active:
        raise unknown()
    if check_csrf(request) is not None:
        raise Problem(
            403,
            _(
                "The request does not come from one of our pages. Reload the page, or send the CSRF token in "
                "the header X-CSRFToken; programs send “Authorization: Bearer …” and a token instead."
            ),
        )
    return request.user


def unknown() -> Problem:
    """What a program hears that has neither a session nor a valid token."""
    return Problem(
        401,
        _("Sign in, or send a valid token as “Authorization: Bearer …”; “manage.py createtoken NAME” makes one."),
        headers={"WWW-Authenticate": 'Bearer realm="Trainyard"'},
    )


def person(request: HttpRequest) -> User:
    """Whom ``authenticate`` found."""
    user = getattr(request, "auth", None)
    assert isinstance(user, User)
    return user
