"""Bounds a request's body in front of Django, whose handler puts all of it on the disk before it asks who sends it.

Data sets do not come this way (webapp.datasets.tus). A body that says beforehand that it is too long reaches Django
empty, and the view's refusal is a page or a problem document like any other; of one that does not say so the end is a
problem document for a program, and a plain sentence for everybody else.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from webapp.crowd import bodies, crowd
from webapp.http.problems import MEDIA_TYPE, Problem
from webapp.networks import network

log = logging.getLogger(__name__)

Scope = dict[str, Any]
LOG_LINES = {
    408: "Cut a body that did not arrive in time, sent to %r.",
    413: "Cut a body that is too long, sent to %r.",
}
WITH_A_FILE = re.compile(r"/runs/[0-9a-f-]{36}/try/")
LARGEST_FORM = 12 << 20  # bytes: one file (webapp.trying.values) and what stands beside it
DRAINED = 32 << 20  # bytes of a refused body that are read, so that the client sees the answer and not a reset


def bounded(application: Any) -> Any:
    """``application``, whose requests have bodies of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, but for some forms."""

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        body = _Body(scope, receive, send)
        try:
            await application(scope, body.receive, body.send)
            await body.refuse()
        finally:
            body.settle()

    return answer


def most_bytes(path: str) -> int:
    """Of a body that is sent there. Only a form with a file may be longer than others."""
    return LARGEST_FORM if WITH_A_FILE.fullmatch(path) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


async def drain(receive: Callable[[], Any]) -> bool:
    """Read what is left of a body that nobody wanted; False when it is too long to wait for."""
    room = DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            while room > 0:
                message = await receive()
                room -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return True
    return False


class _Body:
    """One request between the server and the application."""

    def __init__(self, scope: Scope, receive: Any, send: Any) -> None:
        self._receive, self._send, self._path = receive, send, scope["path"]
        self.network = network(str(scope["client"][0])) if scope.get("client") else ""
        headers = dict(scope["headers"])
        self._announced, self._asks_first = int(headers.get(b"content-length", b"0")), b"expect" in headers
        self._left = most_bytes(self._path)
        self._patience: asyncio.Timeout | None = None  # while a piece is waited for
        self._deadline = asyncio.get_running_loop().time() + settings.LIMITS.body_seconds
        self._whole = self._answered = self._closes = self._too_long = False
        self._status = 0  # of a refusal in mid-body

    async def receive(self) -> Any:
        if self._too_long:
            await asyncio.Future()  # what is left is never read nor asked for; having answered, Django stops waiting
        if self._whole:
            return await self._receive()
        if self._announced > self._left:
            self._too_long, self._closes = True, self._asks_first or not await drain(self._receive)
            return {"type": "http.request", "body": b"", "more_body": False}
        crowd.wait_for(self)
        try:
            async with asyncio.timeout_at(self._deadline) as self._patience:
                message = await self._receive()
        except TimeoutError:
            return self._cut(408)
        finally:
            self._patience = None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            return self._cut(413)
        self._whole = not message.get("more_body")
        if self._whole:
            self.settle()
        else:
            bodies.weigh(self, 1)
        return message

    def settle(self) -> None:
        """The client owes nothing any more."""
        crowd.settle(self)
        bodies.drop(self)

    def unread(self) -> int:
        return 0

    def give_way(self) -> None:
        """End the wait for a slow body: others have no place."""
        self._deadline = 0.0
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(0.0)

    def _cut(self, status: int) -> dict[str, str]:
        """What the application takes for a client that has gone."""
        self._status, self._closes = status, True
        log.warning(LOG_LINES[status], self._path)
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self._answered = True
        if self._closes and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await self._send(message)

    async def refuse(self) -> None:
        """Answer what was cut, if the application has not."""
        if not self._status or self._answered:
            return
        message = _("The request is too long.") if self._status == 413 else _("The request did not arrive in time.")
        kind, body = "text/plain; charset=utf-8", f"{message}\n".encode()
        if self._path.startswith("/api/"):
            kind, body = MEDIA_TYPE, Problem(self._status, message).body()
        headers = [(b"content-type", kind.encode()), (b"x-content-type-options", b"nosniff")]
        await self.send({"type": "http.response.start", "status": self._status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
