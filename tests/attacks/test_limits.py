"""Clients that nobody knows yet: what they may take of memory and time, and that nobody else notices them."""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from pytest_django import Settings

from tests.live import Live
from webapp import crowd, limits, pace
from webapp.limits import Limits

HEAD = b"GET /signin/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
PIECE = bytes(1 << 16).replace(b"\0", b"x")


def connect(live: Live, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(live.socket.getsockname(), 10, source_address=(address, 0))


def answer(connection: socket.socket) -> bytes:
    """All that is answered until the connection is closed; it must be."""
    received = b""
    try:
        while block := connection.recv(65536):
            received += block
    except ConnectionResetError:
        pass
    return received


def send_as_much_as_is_taken(connection: socket.socket, most: int) -> int:
    size = 0
    try:
        while size < most:
            connection.sendall(PIECE)
            size += len(PIECE)
    except OSError:
        pass
    return size


@pytest.fixture
def few(settings: Settings) -> Iterator[Settings]:
    """Short deadlines and few places."""
    settings.LIMITS = replace(settings.LIMITS, header_seconds=1, body_seconds=1, connections_per_address=4)
    return settings


def test_one_header_without_end_is_cut_long_before_its_end(live: Live) -> None:
    with connect(live) as connection:
        connection.sendall(HEAD + b"Cookie: ")
        assert send_as_much_as_is_taken(connection, 65 << 20) < 32 << 20


@pytest.mark.parametrize("start", [HEAD + b"Cookie: a=", b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"])
def test_a_head_beyond_64_kib_is_refused_with_a_sentence(live: Live, start: bytes) -> None:
    with connect(live) as connection:
        connection.sendall(start + b"x" * 70_000)
        received = answer(connection)
    assert received.startswith(b"HTTP/1.1 431 ") and b"connection: close" in received
    assert b"The request's headers are too large." in received


def test_as_many_headers_as_one_likes_are_not_taken(live: Live) -> None:
    with connect(live) as connection:
        connection.sendall(HEAD + b"".join(b"A%d: b\r\n" % number for number in range(150)))
        assert answer(connection).startswith(b"HTTP/1.1 431 ")


def test_what_trails_a_body_has_the_same_limits(live: Live) -> None:
    begin = b"POST /signin/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
    many = b"".join(b"A%d: %s\r\n" % (number, b"x" * 1000) for number in range(200))
    for trailers in (b"A: " + b"x" * 200_000, many):
        with connect(live) as connection:
            connection.sendall(begin + trailers)
            assert b"200 OK" not in answer(connection)


def test_a_large_honest_head_is_served(live: Live) -> None:
    headers = {f"X-Header-{number}": "x" * 700 for number in range(80)}
    with live.anonymous() as client:
        assert client.get("/signin/", headers=headers).status_code == 200


def test_half_a_head_is_waited_for_and_then_refused(live: Live, few: Settings) -> None:
    began = time.monotonic()
    with connect(live) as connection:
        connection.sendall(HEAD)
        assert answer(connection).startswith(b"HTTP/1.1 408 ")
    assert 0.9 < time.monotonic() - began < 4


@pytest.mark.parametrize("start", [b"", b"\r\n", b"\r\n\r\n"])
def test_a_silent_connection_is_closed(live: Live, few: Settings, start: bytes) -> None:
    with connect(live) as connection:
        connection.sendall(start)
        assert answer(connection) == b""


def test_a_byte_now_and_then_buys_no_time(live: Live, few: Settings) -> None:
    began = time.monotonic()
    with connect(live) as connection:
        for byte in HEAD * 2:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.1)
        assert time.monotonic() - began < 4


def test_the_next_request_of_a_connection_has_a_deadline_too(live: Live, few: Settings) -> None:
    with connect(live) as connection:
        connection.sendall(HEAD + b"\r\n" + HEAD)
        received = answer(connection)
    assert received.startswith(b"HTTP/1.1 200 ") and b"HTTP/1.1 408 " in received


def test_requests_that_are_sent_ahead_are_few(live: Live) -> None:
    with connect(live) as connection:
        connection.sendall((HEAD + b"\r\n") * 500)
        assert answer(connection).count(b"HTTP/1.1 200") < 20


def test_an_address_has_so_many_connections_and_others_have_theirs(
    live: Live, few: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "GRACE", 60.0)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(connect(live, "127.0.0.2"))
        time.sleep(0.1)
        response = answer(stack.enter_context(connect(live, "127.0.0.2")))
        assert response.startswith(b"HTTP/1.1 503 ") and b"retry-after: 60" in response
        another = stack.enter_context(connect(live, "127.0.0.3"))
        another.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert answer(another).startswith(b"HTTP/1.1 200 ")


def test_a_connection_that_only_waits_gives_its_place_to_one_that_asks(
    live: Live, few: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    few.LIMITS = replace(few.LIMITS, header_seconds=60)
    monkeypatch.setattr(crowd, "GRACE", 0.1)
    with ExitStack() as stack:
        waiting = [stack.enter_context(connect(live, "127.0.0.2")) for _ in range(4)]
        time.sleep(0.3)
        for _ in range(2):
            asking = stack.enter_context(connect(live, "127.0.0.2"))
            asking.sendall(HEAD + b"Connection: close\r\n\r\n")
            assert answer(asking).startswith(b"HTTP/1.1 200 ")
        assert answer(waiting[0]) == b""


def test_a_proxy_that_is_trusted_brings_everybody(live: Live, few: Settings) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(live)) for _ in range(10)]
        connections[-1].sendall(HEAD + b"Connection: close\r\n\r\n")
        assert answer(connections[-1]).startswith(b"HTTP/1.1 200 ")


def test_places_are_given_back(live: Live, few: Settings) -> None:
    socket_head = (
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    for ending in (b"\r\n", b"nonsense\r\n\r\n", b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", socket_head):
        for _ in range(6):
            with connect(live, "127.0.0.4") as connection:
                connection.sendall(HEAD + ending)
                assert b"HTTP/1.1 503" not in connection.recv(1000)
            deadline = time.monotonic() + 5
            while crowd.crowd._places["127.0.0.4"]:
                assert time.monotonic() < deadline, ending
                time.sleep(0.005)


def test_unfinished_heads_together_are_kept_in_so_many_bytes(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd.heads, "_most", 300_000)
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(live)) for _ in range(10)]
        for connection in slow:
            connection.sendall(HEAD + b"Cookie: " + b"x" * 60_000)
            time.sleep(0.02)
        assert answer(slow[0]) == b""
        with live.anonymous() as client:
            assert client.get("/signin/").status_code == 200
    deadline = time.monotonic() + 5
    while crowd.heads._sum:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_slow_bodies_give_way_when_there_are_too_many(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd.bodies, "_most", 3)
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(live)) for _ in range(4)]
        for connection in slow:
            connection.sendall(b"POST /signin/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n")
            connection.sendall(b"x" * 100_000)
            time.sleep(0.05)
        assert answer(slow[0]).startswith(b"HTTP/1.1 408 ")
        with live.anonymous() as client:
            assert client.get("/signin/").status_code == 200


def test_who_does_not_read_an_answer_is_given_up(live: Live, few: Settings) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(live.socket.getsockname())
        connection.sendall(b"GET /static/plotly/plotly.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        deadline = time.monotonic() + 10
        while any(getattr(one, "client", ("", 0))[1] == connection.getsockname()[1] for one in live.connections()):
            assert time.monotonic() < deadline, "it is waited for"
            time.sleep(0.05)


def test_a_socket_with_a_head_that_is_too_large_is_no_failure_of_ours(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    head = (
        b"GET /ws/runs/x/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\n"
    )
    for more in (b"A: " + b"x" * 20_000 + b"\r\n", b"", b"Sec-WebSocket-Key: short\r\n"):
        with connect(live) as connection:
            connection.sendall(head + more + b"\r\n")
            assert answer(connection).startswith(b"HTTP/1.1 4")
    assert not [record for record in caplog.records if record.exc_info]


def test_a_slow_line_has_time_for_a_gigabyte_and_a_drip_has_not() -> None:
    most = Limits(
        header_bytes=1,
        header_count=1,
        header_seconds=1,
        body_seconds=60,
        body_rate=1024,
        connections=1,
        connections_per_address=1,
    )
    slow, now = pace.Pace(most, 0.0), 0.0
    for _ in range(1_000_000):
        now += 0.5
        assert now < slow.deadline
        slow.bring(1024, now)  # two kilobytes a second, for six days
    fast = pace.Pace(most, 0.0)
    fast.bring(1 << 30, 10.0)
    assert fast.deadline == 40.0
    now = 10.0
    while now < fast.deadline:
        fast.bring(1, now)
        now += 5.0
    assert now < 80.0  # what came before buys nothing
    fast.pause(100.0)
    assert now < fast.deadline  # nobody took bytes


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e9", "²", "9" * 40])
def test_a_limit_that_is_none_ends_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TRAINYARD_HEADER_BYTES", value)
    with pytest.raises(SystemExit, match="TRAINYARD_HEADER_BYTES must be a whole number from 1024 to 1048576"):
        limits.of_environment()


def test_there_are_no_more_connections_than_descriptors_for_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (100, 100))
    assert limits.most_connections(settings.LIMITS) == 50


def test_static_files_are_for_our_own_pages(live: Live) -> None:
    with live.anonymous() as client:
        response = client.get("/static/plotly/plotly.min.js", headers={"Origin": "https://evil.example"})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
