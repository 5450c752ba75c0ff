"""Browsers from which a person has signed in: a signed cookie that lets nobody in, but has tries of its own
at the password."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from webapp.accounts.models import User

COOKIE = "trainyard_browser"
KEPT = timedelta(days=180)  # after the last sign-in
_SALT = "webapp.accounts.browsers"


def remember(response: HttpResponseBase, user: User) -> None:
    """Let the browser that gets ``response`` be known for ``user``, until the password changes or all browsers
    are signed out."""
    content = signing.dumps([str(user.pk), secrets.token_urlsafe(12), _proof(user)], salt=_SALT)
    response.set_cookie(
        COOKIE, content, max_age=KEPT, httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE
    )


def mark(request: HttpRequest, name: str) -> str | None:
    """What tells this browser from others, if ``name`` has signed in from it with what is the password still."""
    try:
        owner, browser, proof = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=owner, username=User.normalize_username(name)).first()
    return browser if user is not None and constant_time_compare(proof, _proof(user)) else None


def _proof(user: User) -> str:
    return salted_hmac(_SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:32]
