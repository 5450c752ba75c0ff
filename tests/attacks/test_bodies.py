"""Bodies without end and without hurry: nobody fills the disk or holds a connection with them, signed in or not."""

import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished
from pytest_django import Settings

from tests.live import Live
from webapp import bodies

PIECE = bytes(1 << 20)


def endless(sent: list[int]) -> Iterator[bytes]:
    """More than a gigabyte, unless somebody stops reading."""
    for number in range(1_000):
        sent.append(number)
        yield PIECE


@pytest.mark.parametrize("address", ["/signin/", "/api/v1/runs", "/static/x", "/nowhere"])
def test_an_endless_body_is_cut_before_it_is_on_the_disk(
    live: Live, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    written: list[int] = []
    spooled = tempfile.SpooledTemporaryFile.write

    def counted(file: Any, data: bytes) -> Any:
        written.append(len(data))
        return spooled(file, data)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", counted)
    sent: list[int] = []
    with live.anonymous() as client:
        try:
            assert client.post(address, content=endless(sent)).status_code == 413
        except httpx.TransportError:
            pass  # the server closed the connection while we were sending
    assert len(sent) < 64
    assert sum(written) <= 2 << 20


@pytest.fixture
def finished() -> Iterator[list[str]]:
    """Django's requests that came to an end, and gave back their connection to the database with it."""
    ends: list[str] = []
    note = lambda **_: ends.append("finished")  # noqa: E731 - a signal keeps only a weak reference
    request_finished.connect(note)
    yield ends
    request_finished.disconnect(note)


def ends(finished: list[str], count: int) -> None:
    """So many requests end, the last of them after its answer has left."""
    deadline = time.monotonic() + 5
    while len(finished) < count:
        assert time.monotonic() < deadline, finished
        time.sleep(0.01)


def test_a_body_that_says_it_is_too_long_is_refused_as_ever_and_not_kept(live: Live, finished: list[str]) -> None:
    answer = live.client().post("/api/v1/runs", content=bytes(3 << 20), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413 and answer.headers["Content-Type"] == "application/problem+json"
    page = live.anonymous().post(
        "/signin/", content=bytes(3 << 20), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert page.status_code == 403
    ends(finished, 2)


@pytest.mark.parametrize("said", ["Content-Length: 3000000\r\nExpect: 100-continue", "Content-Length: 100000000"])
def test_a_body_that_is_not_even_read_is_refused_and_not_asked_for(live: Live, finished: list[str], said: str) -> None:
    token = live.client().headers["Authorization"]
    with socket.create_connection(live.socket.getsockname(), 20) as connection:
        head = (
            f"POST /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
            f"Content-Type: application/json\r\n{said}"
        )
        connection.sendall(f"{head}\r\n\r\n".encode())
        if "Expect" not in said:
            for _ in range(bodies.DRAINED // len(PIECE)):
                connection.sendall(PIECE)
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()
    ends(finished, 1)


def test_a_body_that_never_ends_is_given_up(live: Live, settings: Settings) -> None:
    settings.LIMITS = replace(settings.LIMITS, body_seconds=1)
    began = time.monotonic()
    with socket.create_connection(live.socket.getsockname(), 10) as connection:
        connection.sendall(b"POST /signin/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nname=")
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 408") and time.monotonic() - began < 5


def test_a_program_whose_body_is_cut_hears_a_problem_like_any_other(live: Live, settings: Settings) -> None:
    settings.LIMITS = replace(settings.LIMITS, body_seconds=1)
    with socket.create_connection(live.socket.getsockname(), 10) as connection:
        connection.sendall(b"POST /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408") and b"application/problem+json" in answer
    assert b"did not arrive in time" in answer


def test_a_body_that_is_cut_is_a_line_in_the_log(
    live: Live, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LIMITS = replace(settings.LIMITS, body_seconds=1)
    long = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (3 << 20) + bytes(3 << 20)
    for rest, status in ((b"Content-Length: 100\r\n\r\n", b"408"), (long, b"413")):
        with socket.create_connection(live.socket.getsockname(), 10) as connection:
            connection.sendall(b"POST /sign%0Ain/?secret HTTP/1.1\r\nHost: 127.0.0.1\r\n" + rest)
            assert connection.recv(4096).startswith(b"HTTP/1.1 " + status)
    lines = [record.getMessage() for record in caplog.records if record.name == "webapp.bodies"]
    assert lines == [
        "Cut a body that did not arrive in time, sent to '/sign\\nin/'.",
        "Cut a body that is too long, sent to '/sign\\nin/'.",
    ]
