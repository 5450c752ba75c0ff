"""Responses on a bare connection, before Django has a request: for a client beyond a limit, with a line for the log."""

from http import HTTPStatus

from django.utils.translation import gettext as _

LOG_LINES = {
    HTTPStatus.BAD_REQUEST: "Refused what is no HTTP, from %s.",
    HTTPStatus.REQUEST_TIMEOUT: "Refused headers that did not end in time, from %s.",
    HTTPStatus.TOO_MANY_REQUESTS: "Refused too many requests ahead of their answers, from %s.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "Refused headers that are too large or too many, from %s.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Refused a connection beyond those that may be open, from %s.",
}


class LimitError(Exception):
    """A request is beyond a limit. ``status`` is what HTTP calls it."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def _sentence(status: HTTPStatus) -> str:
    return {
        HTTPStatus.BAD_REQUEST: _("This is no HTTP request. Send it again."),
        HTTPStatus.REQUEST_TIMEOUT: _("The request did not arrive in time. Send it again."),
        HTTPStatus.TOO_MANY_REQUESTS: _("These are too many requests at once. Wait for the answers."),
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: _(
            "The request's headers are too large. Remove the cookies of this site, or send fewer and shorter headers."
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: _("Too many connections are open. Close some, or try again in a minute."),
    }[status]


def response(status: HTTPStatus) -> bytes:
    """The whole response, after which the connection is closed."""
    body = f"{_sentence(status)}\n".encode()
    head = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "content-type: text/plain; charset=utf-8",
        f"content-length: {len(body)}",
        "x-content-type-options: nosniff",
        "connection: close",
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        head.append("retry-after: 60")
    return "\r\n".join([*head, "", ""]).encode() + body
