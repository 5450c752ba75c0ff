"""The web server's entry: HTTP by Django, websockets by Channels, each behind a check of where it comes from."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
os.environ.setdefault("TRAINYARD_POOL", "1")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

http = get_asgi_application()

from webapp.origin import OwnOriginOnly  # noqa: E402
from webapp.routing import raw_http, websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": raw_http(http),
        "websocket": OwnOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
