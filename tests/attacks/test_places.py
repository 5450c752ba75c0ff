"""Places among the connections: who does not read keeps none that others need, and no honest answer is cut for them."""

import asyncio
import base64
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from django.conf import settings as trainyard
from pytest_django import Settings

from tests.attacks.test_limits import HEAD, answer
from webapp import crowd, serve, wire
from webapp.wire import Wire

SIZE = 8_000_000  # bytes: more than the system keeps for a client that does not read
GARBAGE = b"\0\0 is no HTTP\r\n\r\n"
ASK = HEAD + b"\r\n"
ASK_ONCE = HEAD + b"Connection: close\r\n\r\n"


class Server:
    """A web server with an application that is told by the path what to do."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uvicorn = uvicorn.Server(serve.config(self._application, interface="asgi3", ws_ping_interval=None))
        self.thread = threading.Thread(target=self.uvicorn.run, kwargs={"sockets": [self.listener]}, daemon=True)
        self.gone = threading.Event()  # a request or socket was told that its client has gone
        self.address = ""

    async def _application(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._socket(receive, send)
        elif scope["path"] == "/wait/":
            while (await receive())["type"] != "http.disconnect":
                pass
            self.gone.set()
        else:
            size = SIZE if scope["path"] == "/large/" else 2
            start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]}
            await send(start)
            pieces = 100 if scope["query_string"] else 1
            for number in range(1, pieces + 1):
                body = b"x" * (size // pieces)
                await send({"type": "http.response.body", "body": body, "more_body": number < pieces})

    async def _socket(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "x" * SIZE})
        try:
            await send({"type": "websocket.send", "text": "x"})
        finally:
            self.gone.set()

    def connect(self, *lines: bytes) -> socket.socket:
        """A client that reads little by itself, from an address that only this test has."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.bind((self.address, 0))
        connection.connect(self.listener.getsockname())
        for line in lines:
            connection.sendall(line)
        return connection

    def in_loop(self, task: Callable[[], Any]) -> None:
        next(iter(self.connections())).loop.call_soon_threadsafe(task)

    def connections(self) -> list[Any]:
        return list(self.uvicorn.server_state.connections)

    def until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def until_unread(self, count: int) -> None:
        """So many clients have an answer that they do not read."""
        self.until(lambda: sum(one.transport.get_write_buffer_size() > 0 for one in self.connections()) == count)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Server]:
    """With few places and no hurry, so that what ends a connection is what the test is about."""
    settings.LIMITS = replace(settings.LIMITS, header_seconds=60, body_seconds=60, connections_per_address=2)
    monkeypatch.setattr(wire, "CLOSING", 60.0)
    monkeypatch.setattr(crowd, "GRACE", 0.0)
    server = Server()
    server.address = f"127.0.7.{hash(request.node.name) % 250 + 1}"
    server.thread.start()
    server.until(lambda: server.uvicorn.started)
    yield server
    server.uvicorn.force_exit = server.uvicorn.should_exit = True
    server.thread.join(10)


def websocket_head() -> bytes:
    key = base64.b64encode(os.urandom(16))
    return (
        HEAD
        + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + key
        + b"\r\n\r\n"
    )


def large(query: bytes = b"") -> bytes:
    return ASK.replace(b"/signin/", b"/large/" + query)


def test_a_refused_client_that_does_not_read_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CLOSING", 0.2)
    for query in (b"", b"?in=pieces"):
        with server.connect(large(query)) as connection:
            server.until_unread(1)
            connection.sendall(GARBAGE)
            server.until(lambda: not server.connections())


def test_a_refused_client_that_does_not_read_gives_its_place_to_others(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            connection = stack.enter_context(server.connect(large(b"?in=pieces")))
            time.sleep(0.2)  # the answer has begun
            connection.sendall(GARBAGE)
        server.until_unread(2)
        time.sleep(0.1)
        for _ in range(3):
            with server.connect(ASK_ONCE) as connection:
                assert answer(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("end", ["nonsense", "shutdown"])
def test_a_closed_websocket_that_does_not_read_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(wire, "CLOSING", 0.2)
    with server.connect(websocket_head()) as connection:
        server.until_unread(1)
        if end == "nonsense":
            connection.sendall(b"\xff" * 20)
        else:
            server.in_loop(server.connections()[0].shutdown)
        assert server.gone.wait(5)
        server.until(lambda: not server.connections())


def test_who_reads_too_slowly_gives_its_place_to_others(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(server.connect(large(b"?in=pieces")))
        server.until_unread(2)
        time.sleep(0.1)
        for _ in range(3):
            with server.connect(ASK_ONCE) as connection:
                assert answer(connection).startswith(b"HTTP/1.1 200 ")


def test_all_addresses_of_an_ipv6_network_have_their_places_together() -> None:
    limits = replace(trainyard.LIMITS, connections_per_address=1)
    loop = Mock(spec=asyncio.AbstractEventLoop)
    first, second, other = (
        Wire(Mock(spec=asyncio.Transport), loop, limits, address)
        for address in ("2001:db8::1", "2001:db8::2:2", "2001:db8:0:1::1")
    )
    assert [one.enter(is_proxy=False) for one in (first, second, other)] == [True, False, True]
    for one in (first, second, other):
        one.lose()
    assert not [place for place in crowd.crowd._places if place.startswith("2001:")]


def test_a_request_that_others_follow_is_told_that_its_client_has_gone(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with server.connect(ASK.replace(b"/signin/", b"/wait/") + large()):
        server.until(lambda: [one for one in server.connections() if one.pipeline])
    assert server.gone.wait(5)
    server.until(lambda: not server.uvicorn.server_state.tasks)
    assert not [record for record in caplog.records if record.exc_info]


def test_a_websocket_does_not_begin_within_an_answer(server: Server) -> None:
    with server.connect(ASK.replace(b"/signin/", b"/wait/"), websocket_head()) as connection:
        assert answer(connection) == b""
    assert server.gone.wait(5)


def test_an_answer_that_is_being_read_is_not_cut_while_another_connection_is_idle(server: Server) -> None:
    with server.connect(large()) as reader, server.connect(ASK) as idle:
        server.until_unread(1)
        assert idle.recv(1000).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.1)
        with server.connect(ASK_ONCE) as newcomer:
            assert answer(newcomer).startswith(b"HTTP/1.1 200 ")
        size = 0
        while size < SIZE:
            block = reader.recv(1 << 20)
            assert block, "the answer is cut"
            size += len(block)


def test_websockets_leave_half_of_an_addresses_places_for_pages(server: Server) -> None:
    with server.connect(websocket_head()) as first, server.connect(websocket_head()) as second:
        responses = sorted([first.recv(12), second.recv(12)])
        assert responses == [b"HTTP/1.1 101", b"HTTP/1.1 503"]
        with server.connect(ASK_ONCE) as page:
            assert answer(page).startswith(b"HTTP/1.1 200 ")
    server.until(lambda: not crowd.crowd._sockets[server.address])
    with server.connect(websocket_head()) as later:
        assert later.recv(12) == b"HTTP/1.1 101"
