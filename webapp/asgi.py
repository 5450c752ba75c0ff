"""The web server's entry: HTTP by Django, websockets by Channels; uploads go past Django, byte by byte."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
os.environ.setdefault("TRAINYARD_POOL", "1")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

from webapp.backup import marker

marker.check(Path(settings.STATE))
http = get_asgi_application()  # sets Django up: what is imported below needs that

from webapp import thread_shortage  # noqa: E402
from webapp.bodies import bounded  # noqa: E402
from webapp.datasets import tus  # noqa: E402
from webapp.language import spoken  # noqa: E402
from webapp.origin import OwnOriginOnly, Refuse  # noqa: E402
from webapp.runs.routing import websocket_urlpatterns  # noqa: E402

sockets = URLRouter([*websocket_urlpatterns, re_path("", Refuse.as_asgi())])
application = ProtocolTypeRouter(
    {
        "http": spoken(thread_shortage.answered(tus.handler(bounded(http)))),
        "websocket": OwnOriginOnly(SessionMiddlewareStack(sockets)),
    },
)
