"""Resumable uploads by the tus 1.0 protocol (https://tus.io/protocols/resumable-upload), as raw ASGI in
front of Django.

Django's own handler spools a whole body before a view sees it. Here bytes go to disk while they arrive, in threads, a
block while the next one is received: memory stays at two blocks per upload.
"""

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django.utils.http import http_date
from django.utils.translation import gettext as _

from webapp import away
from webapp.accounts import flows
from webapp.accounts.authentication import unknown
from webapp.accounts.credentials import Credential
from webapp.accounts.models import User
from webapp.bodies import drain
from webapp.datasets import uploads
from webapp.datasets.intake import Intake, in_thread, interrupt
from webapp.datasets.models import Upload
from webapp.datasets.receiver import Receiver
from webapp.datasets.signed import who
from webapp.datasets.sweep import sweep
from webapp.datasets.uploads import UploadError
from webapp.headers import POLICY
from webapp.http.problems import MEDIA_TYPE, Problem, failure
from webapp.idempotency.keys import once_for

Scope = dict[str, Any]
PREFIX = "/api/v1/uploads"
VERSION = "1.0.0"
BODY_TYPE = "application/offset+octet-stream"
ALGORITHMS = ("sha1", "sha256")
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
ENDLESS = 10**18  # bytes; the database counts to nine times as many, and int() reads only some thousand digits
SWEPT_EVERY = 3600.0  # seconds

_swept = -SWEPT_EVERY
_sweeping: set[asyncio.Future[dict[str, int]]] = set()


@dataclass
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Request:
    """A tus request: its effective method, headers in lower case, who sends it, and what they came in with."""

    method: str
    identifier: str
    headers: dict[str, str]
    receive: Callable[[], Any]
    user: User = field(default_factory=User)
    credential: Credential = field(default_factory=lambda: Credential(None, ""))
    consumed: bool = False

    def number(self, header: str) -> int:
        """A header that holds a count of bytes; what is larger than any file counts as ``ENDLESS``."""
        value = self.headers.get(header.lower(), "")
        if not (value.isascii() and value.isdigit()):
            raise UploadError(400, _("Send the header %(header)s with a number of bytes.") % {"header": header})
        digits = value.lstrip("0") or "0"
        return int(digits) if len(digits) < len(str(ENDLESS)) else ENDLESS


def handler(django: Any) -> Any:
    """``django`` behind the addresses of uploads."""

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        if scope["path"] == PREFIX or scope["path"].startswith(PREFIX + "/"):
            await _answer(scope, receive, send)
        else:
            await django(scope, receive, send)

    return application


async def _answer(scope: Scope, receive: Any, send: Any) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    method = scope["method"]
    if method == "POST":  # for clients that can send nothing else; CSRF is checked for what it stands for
        method = (headers.get("x-http-method-override") or method).upper()
    request = Request(method, scope["path"][len(PREFIX) :].strip("/"), headers, receive)
    try:
        request.user, request.credential = await in_thread(who, {**scope, "method": method})
        answer = await _dispatch(request)
    except UploadError as error:
        answer = _problem(Problem(error.status, str(error)))
    except Problem as error:
        answer = _problem(error)
    except Exception as error:  # the outermost frame of this application
        answer = _problem(away.problem(error) or failure(scope["path"], error))
    if not request.consumed and ("expect" in request.headers or not await drain(request.receive)):
        answer.headers["Connection"] = "close"
    await _send(send, answer, with_body=scope["method"] != "HEAD")


def _problem(problem: Problem) -> Answer:
    return Answer(problem.status, {"Content-Type": MEDIA_TYPE, **problem.headers}, problem.body())


async def _send(send: Any, answer: Answer, *, with_body: bool) -> None:
    headers = {
        "Tus-Resumable": VERSION,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": POLICY,
        "Content-Length": str(len(answer.body)),
        **answer.headers,
    }
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})


async def _dispatch(request: Request) -> Answer:
    if request.method == "OPTIONS":
        return Answer(
            204,
            {
                "Tus-Version": VERSION,
                "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(uploads.LARGEST),
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            },
        )
    methods = _ON_ONE if request.identifier else _ON_ALL
    action = methods.get(request.method)
    if action is None:
        raise Problem(
            405,
            _("This address answers to %(methods)s.") % {"methods": ", ".join([*methods, "OPTIONS"])},
            headers={"Allow": ", ".join([*methods, "OPTIONS"])},
        )
    if request.headers.get("tus-resumable") != VERSION:
        raise Problem(
            412,
            _("Send the header Tus-Resumable: 1.0.0; no other version of tus is spoken here."),
            headers={"Tus-Version": VERSION},
        )
    return await action(request)


async def _create(request: Request) -> Answer:
    if "upload-defer-length" in request.headers:
        raise UploadError(400, _("Send the whole length in Upload-Length; it cannot be told later."))
    length = request.number("Upload-Length")
    _sweep_now_and_then()
    upload = await in_thread(_begin, request, _filename(request), length)
    if (
        upload.state == Upload.State.RECEIVING
        and upload.offset == 0
        and (length == 0 or request.headers.get("content-type") == BODY_TYPE)
    ):
        upload = await _store(request, upload, 0)
    return Answer(201, {"Location": f"{PREFIX}/{upload.pk}", **_standing(upload)})


def _sweep_now_and_then() -> None:
    """Room is cleared when somebody needs room, beside their upload."""
    global _swept
    if time.monotonic() - _swept > SWEPT_EVERY:
        _swept = time.monotonic()
        _sweeping.add(task := asyncio.ensure_future(in_thread(sweep)))
        task.add_done_callback(_sweeping.discard)


def _begin(request: Request, name: str, length: int) -> Upload:
    """A new upload, or the one that was begun with the same Idempotency-Key."""
    key, metadata = request.headers.get("idempotency-key"), request.headers.get("upload-metadata", "")
    if key is None:
        return uploads.create(request.user, name, length, metadata)
    begin = lambda: (201, {"id": uploads.create(request.user, name, length, metadata).pk})  # noqa: E731
    _status, upload = once_for(request.user, key, f"upload {length} {name}".encode(), begin)
    return uploads.find(request.user, str(upload["id"]))


async def _head(request: Request) -> Answer:
    upload = await in_thread(uploads.find, request.user, request.identifier)
    if await interrupt(upload.pk) or upload.sha256:
        upload = await in_thread(uploads.finish, upload)
    sent = {"Upload-Metadata": upload.metadata} if upload.metadata else {}
    return Answer(200, {"Upload-Length": str(upload.length), **sent, **_standing(upload)})


async def _patch(request: Request) -> Answer:
    if request.headers.get("content-type") != BODY_TYPE:
        raise UploadError(415, _("Send the bytes with Content-Type: application/offset+octet-stream."))
    offset = request.number("Upload-Offset")
    upload = await in_thread(uploads.find, request.user, request.identifier)
    if upload.state == Upload.State.COMPLETE and offset != upload.length:
        raise uploads.moved_on()
    upload = await _store(request, upload, offset)
    return Answer(204, _standing(upload))


async def _delete(request: Request) -> Answer:
    upload = await in_thread(uploads.find, request.user, request.identifier)
    await in_thread(uploads.terminate, upload)
    return Answer(204)


_ON_ALL = {"POST": _create}
_ON_ONE = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}


async def _store(request: Request, upload: Upload, offset: int) -> Upload:
    """Take the body in behind ``offset``. What came before a cut is kept, unless its checksum can
    no longer be verified.
    """
    if "content-length" in request.headers and request.number("Content-Length") > upload.length - offset:
        raise UploadError(
            413, _("The upload's length is %(length)s bytes; this would go beyond it.") % {"length": upload.length}
        )
    receiver = await in_thread(Receiver, upload, offset, _checksum(request))
    intake = Intake(upload.pk, receiver, request.receive)
    request.consumed = True
    storing = asyncio.create_task(_take_in(request, intake, receiver))
    flows.watch(request.credential, request.user.pk, storing, intake.give_up)
    try:
        return await asyncio.shield(storing)
    except asyncio.CancelledError:  # the server ends: what came is kept, as it is of a connection that went silent
        intake.give_up()
        await asyncio.shield(asyncio.gather(storing, return_exceptions=True))
        raise


async def _take_in(request: Request, intake: Intake, receiver: Receiver) -> Upload:
    try:
        whole = await intake.take()
        if whole is None:
            await in_thread(lambda: receiver.commit(whole=False))
            if await in_thread(request.credential.user) is None:
                request.consumed = False  # whoever still sends hears the answer
                raise unknown()
            raise UploadError(408, _("No bytes came for a while. Ask for the offset and go on from there."))
        return await in_thread(lambda: receiver.commit(whole=whole))
    except BaseException:  # cancelled, too: nothing half written stays, and the error goes on
        await asyncio.shield(in_thread(receiver.discard))
        raise
    finally:
        await asyncio.shield(in_thread(receiver.close))
        intake.end()


def _standing(upload: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.offset)}
    if upload.state == Upload.State.RECEIVING:
        headers["Upload-Expires"] = http_date((upload.changed.astimezone(UTC) + uploads.KEPT).timestamp())
    return headers


def _filename(request: Request) -> str:
    """The name in ``Upload-Metadata``: pairs of a key and base64, separated by commas."""
    pairs = [pair.split(" ") for pair in request.headers.get("upload-metadata", "").split(",") if pair.strip()]
    try:
        metadata = {
            pair[0]: base64.b64decode(pair[1] if len(pair) > 1 else "", validate=True).decode()
            for pair in ([part for part in pair if part] for pair in pairs)
        }
    except (ValueError, IndexError):
        raise UploadError(
            400, _("Upload-Metadata must be pairs of a key and a base64 value, separated by commas.")
        ) from None
    return metadata.get("filename") or metadata.get("name") or "upload"


def _checksum(request: Request) -> tuple[str, bytes] | None:
    header = request.headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _space, value = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise UploadError(
            400, _("The checksum's algorithm must be one of %(known)s.") % {"known": ", ".join(ALGORITHMS)}
        )
    try:
        return algorithm, base64.b64decode(value, validate=True)
    except ValueError:
        raise UploadError(400, _("The checksum must be written in base64.")) from None
