"""The transport of one connection: its place in the crowd, and an end to each close.

uvloop's close waits without end for a client that does not read. Here a closed connection, like an answer on its way,
is given up when its client reads too slowly; and until it is lost, it gives its place to others that need one.
"""

import asyncio
import logging
from asyncio import TimerHandle
from typing import Any

from webapp.crowd import crowd, heads
from webapp.limits import Limits
from webapp.networks import network

log = logging.getLogger(__name__)

CLOSING = 3.0  # seconds between two looks at what a refused client or a closed websocket has still not read


class Wire(asyncio.Transport):
    """A transport around uvloop's. It outlives the protocol: a websocket has the wire of the request that
    asked for it."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, limits: Limits, address: str
    ) -> None:
        super().__init__()
        self._transport, self._loop, self._limits, self._address = transport, loop, limits, address
        self.network = network(address)
        self._has_place = self._is_proxy = self._is_socket = False
        self._owes_head = self._paused = self._closed = self._lost = False
        self._closing: float = limits.body_seconds  # who reads the end of an answer has as long as in its middle
        self._timer: TimerHandle | None = None

    # Its place

    def enter(self, *, is_proxy: bool) -> bool:
        """Take a place for a client that owes a head."""
        self._is_proxy = is_proxy
        self._has_place = crowd.enter(self.network, self._limits, is_proxy=is_proxy)
        self.expect(head=True)
        return self._has_place

    def become_socket(self) -> bool:
        """Keep the place for a websocket; False where its client has enough of them."""
        self._is_socket = crowd.enter_socket(self.network, self._limits, is_proxy=self._is_proxy)
        self._owes_head, self._closing = not self._is_socket, CLOSING
        self._account()
        return self._is_socket

    def expect(self, *, head: bool) -> None:
        """Note whether the client's next bytes should be those of a request."""
        self._owes_head = head
        self._account()

    def refuse(self) -> None:
        """Note that the client has nothing to come but why. It has little time to read it."""
        self._closing = CLOSING
        self.expect(head=True)

    def _account(self) -> None:
        if not self._has_place or self._lost:
            return
        if self._owes_head or self._paused or self._closed:
            crowd.wait_for(self)
        else:
            crowd.settle(self)

    def unread(self) -> int:
        return self._transport.get_write_buffer_size()

    def give_way(self) -> None:
        log.warning("Closed a connection from %s that was slow to ask or to read, for others that wait.", self._address)
        self._transport.abort()

    def lose(self) -> None:
        """The connection is no more."""
        self._lost = True
        self._unwatch()
        crowd.settle(self)
        heads.drop(self)
        if self._is_socket:
            crowd.leave_socket(self.network)
        if self._has_place:
            crowd.leave(self.network)

    # Its client's reading

    def pause_writing(self) -> None:
        self._paused = True
        self._account()
        if not self._closed:
            self._watch(self._limits.body_seconds)

    def resume_writing(self) -> None:
        self._paused = False
        self._account()
        if not self._closed:
            self._unwatch()

    def _watch(self, seconds: float, unread: int | None = None) -> None:
        """Give a client up that reads slower than ``body_rate``; ``unread`` is what lay there for it a while ago."""
        unread_now = self.unread()
        if unread is not None and unread - unread_now < self._limits.body_rate * seconds:
            log.warning("Closed a connection from %s that did not read its answer.", self._address)
            self._transport.abort()
            return
        self._timer = self._loop.call_later(seconds, self._watch, seconds, unread_now)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        self._transport.close()
        if self._closed or self._lost:
            return
        self._closed = True
        self._account()
        self._unwatch()
        self._watch(self._closing)

    # What uvloop's transport does

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def write(self, data: Any) -> None:
        self._transport.write(data)

    def write_eof(self) -> None:
        self._transport.write_eof()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)
