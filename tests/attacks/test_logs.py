"""What strangers can write into the log: a line a refusal, and not without end."""

import asyncio
import base64
import io
import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from tests.live import Live
from tests.webapp.pages import make_dataset, make_run
from tests.webapp.test_tus import wait_for
from webapp import log_rate_limit
from webapp.accounts.models import User
from webapp.home.errors import server_error
from webapp.log_rate_limit import RateLimitFilter
from webapp.redaction import RedactingFormatter
from webapp.runs import replay
from webapp.runs.consumers import RunConsumer


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server's console gets, in the form that the settings give it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(RateLimitFilter())
    handler.setFormatter(RedactingFormatter("{levelname} {name}: {message}", style="{"))
    loggers = [logging.getLogger(name) for name in ("", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield text
    for logger in loggers:
        logger.removeHandler(handler)


def lines(log: io.StringIO) -> list[str]:
    return [line for line in log.getvalue().splitlines() if "httpx" not in line]


def test_a_foreign_host_is_one_short_line(live: Live, log: io.StringIO) -> None:
    with live.anonymous() as client:
        assert client.get("/signin/", headers={"Host": "evil.example" + "x" * 5000}).status_code == 400
    (line,) = lines(log)
    assert "DisallowedHost" in line and "evil.example" in line and len(line) < 1200


def test_a_nul_is_one_line(live: Live, log: io.StringIO) -> None:
    with live.anonymous() as client:
        assert client.get("/signin/?next=%00").status_code == 400
        assert client.post("/signin/", data={"next": "a\0b"}).status_code in (400, 403)
    assert lines(log) and not [line for line in lines(log) if "Traceback" in line or line.startswith(" ")]
    assert len(lines(log)) <= 2


def test_of_a_thousand_refusals_some_are_written_and_the_others_counted(live: Live, log: io.StringIO) -> None:
    with live.anonymous() as client:
        for number in range(100):
            client.get("/signin/", headers={"Host": f"evil-{number}.example"})
    for _ in range(100):
        with socket.create_connection(live.socket.getsockname()) as connection:
            connection.sendall(b"nonsense\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    log_lines = lines(log)
    assert sum("DisallowedHost" in line for line in log_lines) == log_rate_limit.MOST
    assert sum("webapp.connections" in line for line in log_lines) == log_rate_limit.MOST
    assert len(log_lines) == 2 * log_rate_limit.MOST


def test_what_was_left_out_is_told_once_and_counting_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    clock = [0.0]
    spare = RateLimitFilter(clock=lambda: clock[0])
    logger = logging.getLogger("somewhere")

    def passes(text: str, *values: object, level: int = logging.WARNING) -> bool:
        return spare.filter(logger.makeRecord(logger.name, level, "", 0, text, values, None))

    passing = [passes("from %s", number) for number in range(100)]
    assert passing == [True] * log_rate_limit.MOST + [False] * (100 - log_rate_limit.MOST)
    assert passes("another %s", 1) and all(passes("x %s", 1, level=logging.INFO) for _ in range(100))
    spare.tell()
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["somewhere: 80 more lines like “from 0” were left out."]
    assert passes("from %s", 5)
    spare.tell()
    assert len(caplog.records) == 1
    for clock[0] in range(0, 4000, 40):
        assert passes("few %s", 1), "one in 40 seconds is not many"


@pytest.mark.parametrize("address", ["/runs/", "/api/v1/runs"])
def test_an_identifier_that_is_shown_is_always_in_the_log(rf: RequestFactory, log: io.StringIO, address: str) -> None:
    answers = [broken(rf, address, ValueError) for _ in range(log_rate_limit.MOST + 5)]
    assert all(re.findall(r"\b(?:[0-9a-f]{12}|[0-9a-f]{32})\b", answer)[0] in log.getvalue() for answer in answers)
    assert log.getvalue().count("Traceback") == log_rate_limit.MOST
    broken(rf, address, KeyError)
    assert log.getvalue().count("Traceback") == log_rate_limit.MOST + 1


def broken(rf: RequestFactory, address: str, error: type[Exception]) -> str:
    try:
        raise error
    except error:
        return server_error(rf.get(address)).content.decode()


def test_errors_of_one_type_use_up_nothing_of_anothers(log: io.StringIO) -> None:
    for error in [ValueError] * (log_rate_limit.MOST + 5) + [KeyError]:
        try:
            raise error
        except error:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert log.getvalue().count("Exception in ASGI application") == log_rate_limit.MOST + 1
    assert "KeyError" in log.getvalue()


def test_our_own_faults_keep_their_traceback(log: io.StringIO) -> None:
    try:
        raise ValueError("ours")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/")
    assert "Traceback" in log.getvalue() and "ValueError: ours" in log.getvalue()


def test_a_viewer_that_goes_before_the_first_message_is_no_failure(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    user = live.user()
    run = make_run(make_dataset(user))
    hello, disconnect = replay.hello, RunConsumer.disconnect
    senders: list[asyncio.Task[None]] = []

    def slow(run_id: UUID, after: int) -> tuple[str, int]:
        time.sleep(0.1)
        return hello(run_id, after)

    async def late(self: RunConsumer, code: int) -> None:
        assert self.sender is not None
        await asyncio.wait([self.sender], timeout=5)
        senders.append(self.sender)
        await disconnect(self, code)

    monkeypatch.setattr(replay, "hello", slow)
    monkeypatch.setattr(RunConsumer, "disconnect", late)
    with socket.create_connection(live.socket.getsockname()) as connection:
        connection.sendall(_handshake(live, user, f"/ws/runs/{run.pk}/?after=0"))
        assert connection.recv(12) == b"HTTP/1.1 101"
    wait_for(lambda: senders)
    assert senders[0].done() and senders[0].exception() is None


def _handshake(live: Live, user: User, address: str) -> bytes:
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    headers = {
        "Host": live.url.removeprefix("http://"),
        "Origin": live.url,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Cookie": f"trainyard_session={session.session_key}",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {address} HTTP/1.1\r\n{head}\r\n".encode()
