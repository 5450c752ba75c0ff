"""What a browser or a program came in with, to be looked at again for as long as something of theirs is open."""

from dataclasses import dataclass
from typing import Self

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from webapp.accounts.authentication import by_token
from webapp.accounts.models import User


@dataclass(frozen=True)
class Credential:
    """A browser's session, or a program's token. A token that was sent is the only thing looked at."""

    session_key: str | None
    authorization: str

    @classmethod
    def of(cls, session: SessionBase | None, authorization: str) -> Self:
        return cls(session.session_key if session else None, authorization)

    @classmethod
    def of_request(cls, request: HttpRequest) -> Self:
        return cls.of(request.session, request.headers.get("Authorization", ""))

    def user(self) -> User | None:
        """Whose it is at this moment: read anew, so that a sign-out or a new password counts at once."""
        return by_token(self.authorization) if self.authorization else self._signed_in()

    def _signed_in(self) -> User | None:
        if self.session_key is None:
            return None
        session = SessionStore(self.session_key)
        user_id = session.get(SESSION_KEY)
        user = User.objects.filter(pk=user_id, is_active=True).first() if user_id else None
        if user is None:
            return None
        fresh = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        return user if fresh else None
