"""People, the links that let them in the first time, and tokens for programs. Secrets are stored as SHA-256 only."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractUser
from django.db import models

from webapp.identifiers import uuid7


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session_generation = models.PositiveIntegerField(default=0)  # sessions of an earlier one have ended

    def get_session_auth_hash(self) -> str:
        """What a session must carry: another one after a new password, and after signing out in all browsers."""
        return f"{super().get_session_auth_hash()}.{self.session_generation}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for earlier in super().get_session_auth_fallback_hash():
            yield f"{earlier}.{self.session_generation}"


class SignInLink(models.Model):
    """A link that signs in once. Without a user it makes the first one, who then chooses name and password."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)


class ApiToken(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)


class SignInFailures(models.Model):
    """Failed sign-ins of late, counted by what webapp.accounts.throttle limits (``key`` is its SHA-256)."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)
