"""Websockets are opened by our own pages only: browsers send cookies with a handshake from anywhere."""

from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]


class OwnOriginOnly:
    """Closes every websocket whose Origin is foreign, ``null`` or missing."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> Any:
        if own_origin(scope):
            return await self.application(scope, receive, send)
        return await Refuse.as_asgi()(scope, receive, send)


class Refuse(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        await self.close()


def own_origin(scope: Scope) -> bool:
    """Whether the Origin of ``scope`` is the public origin, or the very host that was asked and that we answer to."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if settings.ORIGIN and origin == settings.ORIGIN:
        return True
    parts = urlsplit(origin)
    host = headers.get(b"host", b"").decode("latin-1").lower()
    name, _ = split_domain_port(host)
    secure = scope.get("scheme") in ("https", "wss")
    same = parts.netloc.lower() == host and parts.scheme == ("https" if secure else "http")
    return bool(same and name and validate_host(name, settings.ALLOWED_HOSTS))
