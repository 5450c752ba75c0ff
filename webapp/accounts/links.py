"""Links that sign in once."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.urls import reverse
from django.utils import timezone

from webapp import running
from webapp.accounts.models import SignInLink, User

LIFETIME = timedelta(minutes=15)


def base_url() -> str:
    """The address under which people reach this server."""
    return str(settings.ORIGIN) or f"http://127.0.0.1:{running.port(settings.STATE) or settings.PORT}"


def new_link(user: User | None = None) -> str:
    """The address that signs in ``user`` once; without one the first person, or whoever becomes it."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.filter(expires__lt=timezone.now() - timedelta(days=1)).delete()
    SignInLink.objects.create(digest=digest(token), user=user or first_person(), expires=timezone.now() + LIFETIME)
    return f"{base_url()}{reverse('accounts:link', args=[token])}"


def first_person() -> User | None:
    """Who set this server up. Users made for tokens only have no password and do not count."""
    people = User.objects.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return people.order_by("date_joined").first()


def find(token: str) -> SignInLink | None:
    """The unused, unexpired link of a token."""
    return (
        SignInLink.objects.select_related("user")
        .filter(digest=digest(token), used__isnull=True, expires__gt=timezone.now())
        .first()
    )


def use_up(token: str) -> SignInLink | None:
    """The link, if it was still good; from now on it is not, whoever else presses the button at this moment."""
    now = timezone.now()
    good = SignInLink.objects.filter(digest=digest(token), used__isnull=True, expires__gt=now)
    if not good.update(used=now):
        return None
    return SignInLink.objects.select_related("user").get(digest=digest(token))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
