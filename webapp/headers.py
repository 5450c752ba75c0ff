"""Headers that every answer carries, static files and errors included."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Plotly's mode bar styles its buttons inline
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


def _complete(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        # A page and the part of it that htmx asks for share an address: no cache may take one for the other.
        patch_vary_headers(response, ["HX-Request"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    return response


@sync_and_async_middleware
def SecurityHeadersMiddleware(get_response: Handler) -> Handler:  # noqa: N802 - Django's manner of naming middleware
    """Adds the Content-Security-Policy and its companions."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return _complete(await cast(Awaitable[HttpResponseBase], get_response(request)))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _complete(cast(HttpResponseBase, get_response(request)))

    return synchronous
