"""The reader's language for what answers in front of Django, whose own middleware comes too late for it."""

from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.utils import translation


def spoken(application: Any) -> Any:
    """``application``, each of whose answers is in the language that its request asks for."""

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        with translation.override(translation.get_language_from_request(ASGIRequest(scope, BytesIO()))):
            await application(scope, receive, send)

    return answer
