"""What does not go through Django's views: websockets, and HTTP that is handled as raw ASGI."""

from importlib.util import find_spec
from typing import Any


def _websockets() -> list[Any]:
    if find_spec("webapp.runs.routing") is None:
        return []
    from webapp.runs.routing import websocket_urlpatterns

    return list(websocket_urlpatterns)


websocket_urlpatterns = _websockets()


def raw_http(django: Any) -> Any:
    """``django``, behind the handlers that must see a request's body while it arrives."""
    if find_spec("webapp.datasets.tus") is None:
        return django
    from webapp.datasets import tus

    return tus.handler(django) if hasattr(tus, "handler") else django
