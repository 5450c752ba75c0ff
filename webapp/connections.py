"""Connections of the web server, within `webapp.limits`: what a client that nobody knows yet may take of
memory and time.

uvicorn's protocol on httptools takes heads of any size and waits for them without end. What is refused here is
answered with a plain sentence and a closed connection; the log has one line for it (`webapp.log_rate_limit` counts
many of them as one).
"""

import asyncio
import logging
from asyncio import TimerHandle
from functools import cache
from http import HTTPStatus
from typing import Any

import httptools
from django.conf import settings
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import get_remote_addr

from webapp import bare_responses
from webapp.bare_responses import LimitError
from webapp.crowd import heads
from webapp.limits import Limits
from webapp.wire import Wire

log = logging.getLogger(__name__)

PIECE = 64 << 10  # bytes that the parser gets at once: of one piece it is not known how much is a head
PIPELINED = 16  # requests that a client may send ahead of their answers
LAST_BYTES = 1.0  # seconds that a body still has when the server ends
LINGERING = 1.0  # seconds in which a refused client can read why
LINGERING_BYTES = 4 << 20  # which it may still send meanwhile
# Between two looks whether the application has read what is there, and until when.
READ_OUT_EVERY, READ_OUT_SECONDS = 0.01, 30.0


class Connection(HttpToolsProtocol):
    """One HTTP connection, until it is closed or becomes a websocket."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits: Limits = settings.LIMITS
        self._has_place = self._in_head = self._over = False
        self._head = 0  # bytes of the request's line and headers
        self._unparsed = 0  # bytes since the parser last had a whole part of a request
        self._lingered = 0
        self._excess: HTTPStatus | None = None
        self._timer: TimerHandle | None = None
        self._wire: Wire
        self._running: RequestResponseCycle | None = None  # of a pipeline the first; `cycle` is the last

    @property
    def address(self) -> str:
        """Of the other end; empty for a socket of this machine's file system."""
        return self.client[0] if self.client else ""

    # The connection's life

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        peer = get_remote_addr(transport)
        self._wire = Wire(transport, self.loop, self._limits, peer[0] if peer else "")
        super().connection_made(self._wire)
        is_proxy = not peer or self.address in _proxies(str(self.config.forwarded_allow_ips))
        self._has_place = self._wire.enter(is_proxy=is_proxy)
        if self._has_place:
            self._set_deadline()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self._drop_deadline()
        self._wire.lose()
        super().connection_lost(exc)
        self.pipeline.clear()
        self.flow.read_paused = False  # nothing is left that could go on
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected, self._running.transport = False, _Gone()
            self._let_read_out(self._running, self.loop.time() + READ_OUT_SECONDS)

    def _let_read_out(self, cycle: RequestResponseCycle, until: float) -> None:
        """Have the application read what arrived before it is told that the client has gone."""
        if cycle.body and not cycle.response_complete and self.loop.time() < until:
            self.loop.call_later(READ_OUT_EVERY, self._let_read_out, cycle, until)
        else:
            cycle.disconnected = True
            cycle.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """The server ends: an answer is finished, and a body is cut after a moment; what came of it can be kept."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.more_body:
            self.loop.call_later(LAST_BYTES, self._cut_body)

    def _cut_body(self) -> None:
        if self.cycle.more_body and not self.cycle.response_complete:
            self.transport.close()

    # What arrives

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        for start in range(0, len(data), PIECE):
            if self._over or self.transport.is_closing():
                break
            self._take(data[start : start + PIECE] if len(data) > PIECE else data)
        else:
            return
        self._linger(len(data))

    def _take(self, piece: bytes) -> None:
        self._unparsed += len(piece)
        try:
            self.parser.feed_data(piece)
            if self._unparsed > self._limits.header_bytes:
                raise LimitError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError:
            self._refuse(self._excess or HTTPStatus.BAD_REQUEST)
        except LimitError as error:
            self._refuse(error.status)
        if not self._over and not self.transport.is_closing():
            self._wait_on()

    def _wait_on(self) -> None:
        """Weigh and time what the client still owes."""
        if self._in_head:
            heads.weigh(self._wire, self._unparsed)
        if self._timer is None and self._owes_head():
            self._set_deadline()

    def _upgrade(self) -> None:
        if not self._should_upgrade():
            self._unsupported_upgrade_warning()
        elif not self._is_answered():
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)
        elif self._wire.become_socket():
            self._over = True
            self.handle_websocket_upgrade()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def _owes_head(self) -> bool:
        """Whether the client's next bytes should be those of a request."""
        return self._in_head or self._is_answered()

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    # The parser's callbacks; it turns what they raise into an HttpParserError

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head = True, 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._add_to_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        # Else it trails a body, and nobody may set by that what a proxy has looked at in the head.
        if self._in_head:
            super().on_header(name, value)
        self._add_to_head(len(name) + len(value) + 4)

    def _add_to_head(self, size: int) -> None:
        self._head += size
        if self._head > self._limits.header_bytes or len(self.headers) > self._limits.header_count:
            self._exceed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._in_head, self._unparsed = False, 0
        heads.drop(self._wire)
        self._drop_deadline()
        super().on_headers_complete()
        self._wire.expect(head=self._is_answered())
        if len(self.pipeline) > PIPELINED:
            self._exceed(HTTPStatus.TOO_MANY_REQUESTS)

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._over:
            self._wire.expect(head=self._is_answered())

    def _exceed(self, status: HTTPStatus) -> None:
        self._excess = status
        raise LimitError(status)

    # Time

    def _set_deadline(self) -> None:
        self._timer = self.loop.call_later(self._limits.header_seconds, self._be_late)

    def _drop_deadline(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _be_late(self) -> None:
        self._timer = None
        if self._in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()  # nothing was asked

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wire.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wire.resume_writing()

    # Refusals

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer with a sentence and close, once the client had a moment to read it."""
        self._over = True
        self._drop_deadline()
        heads.drop(self._wire)
        self._wire.refuse()
        log.warning(bare_responses.LOG_LINES[status], self.address)
        if not self._is_answered():
            self.transport.close()  # another answer is on its way, and this one would stand within it
            return
        self.transport.write(bare_responses.response(status))
        if not self._has_place:
            self.transport.close()
            return
        self.transport.write_eof()
        self._timer = self.loop.call_later(LINGERING, self.transport.close)

    def _linger(self, size: int) -> None:
        """Take what a refused client still sends: closing at once would have the system throw its answer away."""
        self._lingered += size
        if self._lingered > LINGERING_BYTES:
            self.transport.close()


class _Gone(asyncio.Transport):
    """Stands for a client that has gone while the application reads what it left."""

    def write(self, data: Any) -> None:
        pass

    def close(self) -> None:
        pass

    def is_closing(self) -> bool:
        return True


@cache
def _proxies(addresses: str) -> _TrustedHosts:
    """Whom uvicorn trusts to say for whom it speaks."""
    return _TrustedHosts(addresses)
