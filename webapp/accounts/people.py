"""Making people, and the first person of all."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from webapp.accounts.models import User


@transaction.atomic
def get_or_make(name: str) -> tuple[User, bool]:
    """The user of that name; made without a password, for tokens only, where there is none. Raises ValidationError."""
    name = User.normalize_username(name.strip())
    existing = User.objects.filter(username=name).first()
    if existing is not None:
        return existing, False
    user = User(username=name)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    return user, True


def set_name_and_password(user: User, name: str, password: str) -> None:
    """What a person chooses at the first sign-in. Raises ValidationError."""
    user.username = User.normalize_username(name.strip())
    user.full_clean(exclude=["password"])
    validate_password(password, user)
    user.set_password(password)
    user.save()
