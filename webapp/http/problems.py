"""Errors of the API as problem documents (RFC 9457)."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from uuid import uuid4

from django.http import HttpResponse
from django.utils.translation import gettext as _

from webapp.log_rate_limit import QUOTABLE
from webapp.refusals import FieldError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the RFC calls it so
    """Ends a request with ``status`` and a sentence that says what to do, with one for each wrong field."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    def body(self) -> bytes:
        """The document."""
        return json.dumps(
            {
                "type": "about:blank",
                "title": title(self.status),
                "status": self.status,
                "detail": self.detail,
                "errors": [{"field": error.field, "message": error.message} for error in self.errors],
            }
        ).encode()

    def response(self) -> HttpResponse:
        response = HttpResponse(self.body(), status=self.status, content_type=MEDIA_TYPE, headers=dict(self.headers))
        response["Cache-Control"] = "no-store"
        return response


def not_found() -> Problem:
    """For what is not there and for what is somebody else's, in the same words."""
    return Problem(404, _("There is nothing here that you may see. Check the address."))


def failure(path: str, error: Exception) -> Problem:
    """For a mistake of ours: the log has what it was, beside a mark that the person can quote."""
    mark = uuid4().hex[:12]
    log.error("request %s to %s failed", mark, path, exc_info=error, extra=QUOTABLE)
    return Problem(
        500,
        _("Something went wrong on the server. Try again; if it stays, look for %(mark)s in the server's log.")
        % {"mark": mark},
    )


def title(status: int) -> str:
    """HTTP's own words for a status; tus adds one of its own."""
    return "Checksum Mismatch" if status == 460 else HTTPStatus(status).phrase
