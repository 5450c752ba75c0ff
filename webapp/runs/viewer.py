"""Who looks at a run through a websocket, and whether that person still may."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.api.auth import by_token
from webapp.runs.models import Run


@dataclass(frozen=True)
class Viewer:
    """A signed-in browser (by its session) or a program (by its token), and the run it looks at."""

    run_id: UUID
    session_key: str | None
    authorization: str

    @classmethod
    def of(cls, scope: dict[str, Any]) -> "Viewer":
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        session = scope.get("session")
        return cls(scope["url_route"]["kwargs"]["run_id"], session.session_key if session else None, authorization)

    def user(self) -> User | None:
        """Who it is at this moment: read anew, so that a sign-out or a new password counts at once."""
        return by_token(self.authorization) if self.authorization else self._signed_in()

    def stream(self) -> int | None:
        """The last number of the run, or None if this person may not see it (any more)."""
        user = self.user()
        if user is None:
            return None
        return visible(Run.objects.filter(pk=self.run_id), user).values_list("stream", flat=True).first()

    def _signed_in(self) -> User | None:
        if self.session_key is None:
            return None
        session = SessionStore(self.session_key)
        known = session.get(SESSION_KEY)
        user = User.objects.filter(pk=known, is_active=True).first() if known else None
        if user is None:
            return None
        fresh = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        return user if fresh else None
