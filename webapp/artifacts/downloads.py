"""Answers that carry a stored file: whole or in part, with the hash as ETag, and flat memory at any size."""

import base64
import re
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _

from webapp.accounts import flows
from webapp.artifacts import store, streaming, sums
from webapp.artifacts.models import Artifact
from webapp.http.problems import Problem

SANDBOX = "default-src 'none'; sandbox"  # even opened in a tab, a stored file runs nothing and reads nothing
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


def respond(
    request: HttpRequest,
    artifact: Artifact,
    name: str,
    *,
    content_type: str = "application/octet-stream",
    inline: bool = False,
) -> HttpResponseBase:
    """The file as an answer to GET or HEAD; conditional, and in part where one range is asked for.

    Raises ArtifactError for a file that is missing or, as far as that is known before its first byte goes out, damaged.
    """
    headers = _headers(artifact, name, inline)
    if _is_there_already(request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    part = _part(request, headers["ETag"], artifact.size)
    if part is None:
        return _beyond(artifact.size)
    start, end, status = part
    headers["Content-Length"] = str(end - start)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{artifact.size}"
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    if artifact.size <= sums.BLOCK:
        content = store.read(artifact.sha256)[start:end]
        return HttpResponse(content, status=status, headers=headers, content_type=content_type)
    flow = flows.while_allowed(request, _blocks(artifact, start, end))
    return StreamingHttpResponse(flow, status=status, headers=headers, content_type=content_type)


def _headers(artifact: Artifact, name: str, inline: bool) -> dict[str, str]:
    """Those of every answer, whatever part of the file it carries."""
    return {
        "ETag": f'"{artifact.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": SANDBOX,
        "Content-Disposition": content_disposition_header(not inline, name) or "attachment",
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(artifact.sha256)).decode()}:",
        "X-Content-Type-Options": "nosniff",
    }


def _is_there_already(request: HttpRequest, etag: str) -> bool:
    """Whether who asks has the file (If-None-Match)."""
    etags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in etags or etag in [tag.removeprefix("W/") for tag in etags]


def _blocks(artifact: Artifact, start: int, end: int) -> AsyncIterator[bytes]:
    if (start, end) == (0, artifact.size):
        return streaming.whole(artifact.sha256, artifact.size)
    return streaming.part(artifact.sha256, artifact.size, start, end)


def _beyond(size: int) -> HttpResponse:
    message = _("The file has %(size)s bytes, and the range takes none of them. Ask for another part.") % {"size": size}
    return Problem(416, message, headers={"Accept-Ranges": "bytes", "Content-Range": f"bytes */{size}"}).response()


def _part(request: HttpRequest, etag: str, size: int) -> tuple[int, int, int] | None:
    """Start, end and status of what is asked for (RFC 9110, section 14); None for a range outside the file.

    Several ranges, and what is no range, get the whole file, as the RFC allows.
    """
    condition = request.headers.get("If-Range")
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or match.group(1, 2) == ("", "") or (condition is not None and condition != etag):
        return 0, size, 200
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return 0, size, 200
    return (start, end, 206) if start < end else None
