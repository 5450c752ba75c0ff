"""API tokens: made, shown once, looked up by their SHA-256, revoked; webapp.accounts.authentication lets in by them."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from webapp.accounts import rights
from webapp.accounts.models import ApiToken, User

PREFIX = "ty_"  # so that people and secret scanners recognise one


def create(owner: User, name: str) -> tuple[ApiToken, str]:
    """A new token and its secret, which is not kept: show it now or never."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(owner=owner, name=name[:100], digest=digest(secret)), secret


def revoke(token: ApiToken) -> bool:
    """Make a token worthless from now on. False when it was so already."""
    revoked = ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=Now())
    if revoked:
        rights.changed(token.owner_id)
    return bool(revoked)


def owner_of(secret: str) -> User | None:
    """The active person whose token this is."""
    token = ApiToken.objects.select_related("owner").filter(digest=digest(secret), revoked=None).first()
    if token is None or not token.owner.is_active:
        return None
    _note_use(token)
    return token.owner


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: ApiToken) -> None:
    """Once a minute is enough to tell a token in use from a forgotten one."""
    stale = Q(last_used=None) | Q(last_used__lt=Now() - timedelta(minutes=1))
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used=Now())
