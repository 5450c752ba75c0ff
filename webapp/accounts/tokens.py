"""API tokens: made, shown once, looked up by their SHA-256, revoked."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import ApiToken, User

PREFIX = "ty_"  # so that secret scanners and people recognise one
LAST_USED_PRECISION = timedelta(minutes=1)


def create(owner: User, name: str) -> tuple[ApiToken, str]:
    """A new token and its secret, which is not kept: show it now or never."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(owner=owner, name=name[:100], digest=digest(secret)), secret


def revoke(token: ApiToken) -> bool:
    """Make a token worthless from now on. False when it was so already."""
    return bool(ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()))


def authenticate(authorization: str) -> User | None:
    """The user of an ``Authorization: Bearer …`` header, or None."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    token = _valid().filter(digest=digest(secret.strip())).first()
    if token is None:
        return None
    _note_use(token)
    return token.owner


async def aauthenticate(authorization: str) -> User | None:
    """`authenticate` for asynchronous callers."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    token = await _valid().filter(digest=digest(secret.strip())).afirst()
    if token is None:
        return None
    await _due(token).aupdate(last_used=timezone.now())
    return token.owner


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _valid() -> QuerySet[ApiToken]:
    return ApiToken.objects.select_related("owner").filter(revoked=None, owner__is_active=True)


def _due(token: ApiToken) -> QuerySet[ApiToken]:
    """The token's row if its time of last use is old enough to be written again."""
    stale = timezone.now() - LAST_USED_PRECISION
    return ApiToken.objects.filter(Q(last_used=None) | Q(last_used__lt=stale), pk=token.pk)


def _note_use(token: ApiToken) -> None:
    _due(token).update(last_used=timezone.now())
