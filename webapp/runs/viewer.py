"""Who looks at a run through a websocket, and whether that person still may."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.accounts.access import visible
from webapp.accounts.credentials import Credential
from webapp.accounts.models import User
from webapp.runs.models import Run


@dataclass(frozen=True)
class Viewer:
    """A signed-in browser or a program, and the run it looks at."""

    run_id: UUID
    credential: Credential

    @classmethod
    def of(cls, scope: dict[str, Any]) -> "Viewer":
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        return cls(scope["url_route"]["kwargs"]["run_id"], Credential.of(scope.get("session"), authorization))

    def user(self) -> User | None:
        return self.credential.user()

    def stream(self) -> int | None:
        """The last number of the run, or None if this person may not see it (any more)."""
        user = self.user()
        if user is None:
            return None
        return visible(Run.objects.filter(pk=self.run_id), user).values_list("stream", flat=True).first()
