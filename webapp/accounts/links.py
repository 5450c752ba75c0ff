"""Links that sign in once."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models.functions import Now
from django.urls import reverse

from webapp import running
from webapp.accounts.models import SignInLink, User

LIFETIME = timedelta(minutes=15)  # by the database's clock, whichever machine makes the link and whichever opens it


def base_url() -> str:
    """The address under which people reach this server."""
    return str(settings.ORIGIN) or f"http://127.0.0.1:{running.port(settings.STATE) or settings.PORT}"


def new_link(user: User | None = None) -> str:
    """The address that signs in ``user`` once; without one the first person, or whoever becomes it."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.filter(expires__lt=Now() - timedelta(days=1)).delete()
    SignInLink.objects.create(digest=digest(token), user=user or first_person(), expires=Now() + LIFETIME)
    return f"{base_url()}{reverse('accounts:link', args=[token])}"


def first_person() -> User | None:
    """Who set this server up. Users made for tokens only have no password and do not count."""
    people = User.objects.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return people.order_by("date_joined").first()


def find(token: str) -> SignInLink | None:
    """The unused, unexpired link of a token."""
    return (
        SignInLink.objects.select_related("user")
        .filter(digest=digest(token), used__isnull=True, expires__gt=Now())
        .first()
    )


def use_up(token: str) -> SignInLink | None:
    """The link, if it was still good; from now on it is not, whoever else presses the button at this moment."""
    good = SignInLink.objects.filter(digest=digest(token), used__isnull=True, expires__gt=Now())
    if not good.update(used=Now()):
        return None
    return SignInLink.objects.select_related("user").get(digest=digest(token))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
