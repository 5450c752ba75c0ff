"""Websockets are opened by our own pages only: browsers send cookies with a handshake from anywhere."""

from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]


class OwnOriginOnly:
    """Closes every websocket whose Origin is foreign, ``null`` or missing, but for a program's, which brings a token."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> Any:
        if own_origin(scope) or by_token(scope):
            return await self.application(scope, receive, send)
        return await Refuse.as_asgi()(scope, receive, send)


class Refuse(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        await self.close()


def own_origin(scope: Scope) -> bool:
    """Whether the Origin of ``scope`` is the public origin, or the very host that was asked and that we answer to."""
    origin, host = _only(scope, b"origin"), _only(scope, b"host").lower()
    if not origin or not host:
        return False
    if settings.ORIGIN and origin == settings.ORIGIN:
        return True
    name, _ = split_domain_port(host)
    secure = scope.get("scheme") in ("https", "wss")
    answered = bool(name) and validate_host(name, settings.ALLOWED_HOSTS)
    return answered and _is(origin, host, "https" if secure else "http")


def by_token(scope: Scope) -> bool:
    """Whether a program asks: it sends no Origin, and a header that no page can make a browser send.

    Whoever accepts the socket must then go by the token alone (webapp.runs.viewer does).
    """
    names = {name for name, _ in scope["headers"]}
    return b"origin" not in names and _only(scope, b"authorization").lower().startswith("bearer ")


def _is(origin: str, host: str, scheme: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme == scheme and parts.netloc.lower() == host


def _only(scope: Scope, name: bytes) -> str:
    """The value of a header that was sent once; empty where it is missing or doubled."""
    values = [value for key, value in scope["headers"] if key == name]
    return str(values[0].decode("latin-1")) if len(values) == 1 else ""
