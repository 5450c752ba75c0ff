"""Websockets are opened by our own pages only: browsers send cookies with a handshake from anywhere."""

import re
from typing import Any, NamedTuple

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]
PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[^][\s/?#@:]+)(?::([0-9]{1,5}))?", re.IGNORECASE | re.ASCII)


class Origin(NamedTuple):
    """What two pages have in common that trust each other (RFC 6454); names in lower case, the port written out."""

    scheme: str
    host: str
    port: int


class OwnOriginOnly:
    """Closes every websocket whose Origin is foreign, ``null`` or missing, but for a program's, which
    brings a token.
    """

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
    """Whether the Origin of ``scope`` is the public origin, or the very host that was asked and that we answer to.

    Where the public origin is https, that host's plain http is none of ours: whoever sits on the line can
    write such pages.
    """
    origin, host, public = _parsed(_only(scope, b"origin")), _only(scope, b"host"), _parsed(settings.ORIGIN)
    secure = scope.get("scheme") in ("https", "wss")
    own = _parsed(f"{'https' if secure else 'http'}://{host}")
    if origin is None or own is None:
        return False
    if origin == public:
        return True
    if public is not None and public.scheme == "https" and own.host.rstrip(".") == public.host:
        return False
    return origin == own and validate_host(split_domain_port(host.lower())[0], settings.ALLOWED_HOSTS)


def by_token(scope: Scope) -> bool:
    """Whether a program asks: it sends no Origin, and a header that no page can make a browser send.

    Whoever accepts the socket must then go by the token alone (webapp.runs.viewer does).
    """
    names = {name for name, _ in scope["headers"]}
    return b"origin" not in names and _only(scope, b"authorization").lower().startswith("bearer ")


def _parsed(text: str) -> Origin | None:
    """An origin and nothing else: no path, no name of a person, no blank, which other parsers would let pass."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return None
    scheme, host, port = match.groups()
    return Origin(scheme.lower(), host.lower(), int(port or PORTS[scheme.lower()]))


def _only(scope: Scope, name: bytes) -> str:
    """The value of a header that was sent once; empty where it is missing or doubled."""
    values = [value for key, value in scope["headers"] if key == name]
    return str(values[0].decode("latin-1")) if len(values) == 1 else ""
