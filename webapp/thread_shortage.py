"""What is answered while this machine gives the web server no further thread or descriptor: that it
can be asked again.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from trainer import scarce
from webapp.http.problems import Problem

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


def answered(application: Any) -> Any:
    """The ASGI application, whose requests are answered with 503 where they could not be begun for want of a thread; an
    answer that has begun is cut off, as by any other error."""

    async def respond(scope: Any, receive: Any, send: Any) -> None:
        has_begun = False

        async def noting(message: Any) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await application(scope, receive, noting)
        except (RuntimeError, OSError) as error:
            if has_begun or problem(error) is None:
                raise
            await _refuse(send)

    return respond


def problem(error: BaseException) -> Problem | None:
    """What to say of an error that a want of threads or descriptors has brought about; None for any other."""
    if not scarce.is_cause(error):
        return None
    log.warning("A request was refused: this machine gives no further thread or descriptor (%s).", error)
    return Problem(503, _sentence(), headers={"Retry-After": str(RETRY_SECONDS)})


def _sentence() -> str:
    return _("The server has no room for this request now. Send it again in a few seconds.")


async def _refuse(send: Any) -> None:
    body = f"{_sentence()}\n".encode()
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "retry-after": str(RETRY_SECONDS),
        "x-content-type-options": "nosniff",
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": HTTPStatus.SERVICE_UNAVAILABLE.value, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
