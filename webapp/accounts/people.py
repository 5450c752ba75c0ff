"""Making people, and the first person of all. A ValidationError that these raise names the form's fields."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from webapp.accounts import links, rights
from webapp.accounts.models import User

SETTING_UP = 0x7472_6169  # key of the advisory lock under which the first person is made


class SpentLinkError(Exception):
    """The link was used, has expired, or never was one."""


@transaction.atomic
def get_or_make(name: str) -> tuple[User, bool]:
    """The user of that name; made without a password, for tokens only, where there is none. Raises ValidationError."""
    name = User.normalize_username(name.strip())
    user = User(username=name)
    user.set_unusable_password()
    user.clean_fields(exclude=["password"])
    _made, created = User.objects.get_or_create(username=name, defaults={"password": user.password})
    return _made, created


@transaction.atomic
def sign_in_by(token: str) -> User:
    """Use a link up for a person who has a password already. Raises SpentLinkError."""
    link = links.use_up(token)
    if link is None or link.user is None or not link.user.is_active:
        raise SpentLinkError
    return link.user


@transaction.atomic
def set_up_by(token: str, name: str, password: str) -> User:
    """Use a link up for a first sign-in: its user, or the first person, gets name and password.

    Raises SpentLinkError, or ValidationError with ``name`` or ``password``; then the link stays good.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SETTING_UP])
    link = links.use_up(token)
    if link is None or (link.user is None and links.first_person() is not None):
        raise SpentLinkError
    user = link.user or _without_password(name) or User()
    _choose(user, name, password)
    return user


def change_password(user: User, password: str) -> None:
    """Set a new password; every session that was opened with the old one ends. Raises ValidationError."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"new": error.messages}) from None
    user.set_password(password)
    user.save(update_fields=["password"])


def sign_out_everywhere(user: User) -> None:
    """End every session of a person, in all browsers. Tokens stay good."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    rights.changed(user.pk)


def _without_password(name: str) -> User | None:
    """A user that was made for tokens: who sets this server up may take the name over."""
    user = User.objects.filter(username=User.normalize_username(name.strip())).first()
    return None if user is None or user.has_usable_password() else user


def _choose(user: User, name: str, password: str) -> None:
    user.username = User.normalize_username(name.strip())
    errors: dict[str, list[str]] = {}
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        errors["name"] = error.message_dict.get("username", error.messages)
        if User.objects.filter(username=user.username).exclude(pk=user.pk).exists():
            errors["name"] = [_("This name is taken; choose another one.")]
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors["password"] = error.messages
    if errors:
        raise ValidationError(errors)
    user.set_password(password)
    user.save()
