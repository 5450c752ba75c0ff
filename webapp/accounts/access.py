"""Who may see what. Every query for a person's objects starts here."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from webapp.accounts.models import User

M = TypeVar("M", bound=Model)


def visible(objects: "QuerySet[M]", user: User) -> "QuerySet[M]":
    """The objects of ``objects`` that ``user`` may see; what is left out is a 404 to them."""
    return objects.filter(owner=user)


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that the sign-in middleware let through."""
    assert isinstance(request.user, User)
    return request.user
