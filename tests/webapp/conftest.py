"""Fixtures of these tests."""

import pytest

from tests.live import live as live
from tests.live import server as server
from webapp.accounts.models import User


@pytest.fixture
def ada(db: None) -> User:
    """A person who is signed in by the test."""
    return User.objects.create_user("ada")


@pytest.fixture
def bob(db: None) -> User:
    """Somebody else."""
    return User.objects.create_user("bob")
