"""Whose word counts for where a request comes from: a trusted proxy's, and of what it passes on only the last hop that
is none."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from tests.live import Live
from webapp import serve
from webapp.accounts import throttle
from webapp.accounts.models import User

PASSWORD = "correct horse battery"


@contextmanager
def served() -> Iterator[str]:
    """The application as `webapp.serve` serves it in the environment of this moment; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(serve.config())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


def attempts(address: str, forwarded: Callable[[int], list[tuple[str, str]]], times: int) -> list[int]:
    """The answers to wrong passwords, each sent with the headers that ``forwarded`` gives for its number."""
    with httpx.Client(base_url=address, timeout=30) as client:
        client.get("/signin/")
        form = {"name": "ada", "password": "a guess", "csrfmiddlewaretoken": client.cookies["trainyard_csrf"]}
        return [client.post("/signin/", data=form, headers=forwarded(number)).status_code for number in range(times)]


@pytest.fixture
def ada(live: Live) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


def claimed(number: int) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", f"203.0.113.{number}")]


def test_without_a_trusted_proxy_a_claim_changes_nothing(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORWARDED_ALLOW_IPS", "TRAINYARD_ORIGIN"):
        monkeypatch.delenv(name, raising=False)
    with served() as address:
        assert attempts(address, claimed, throttle.PER_PAIR + 1)[-1] == 429


@pytest.mark.parametrize("environment", [{"FORWARDED_ALLOW_IPS": "10.0.0.1"}, {"FORWARDED_ALLOW_IPS": ""}])
def test_who_is_not_among_the_trusted_is_not_believed(
    ada: User, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    monkeypatch.setenv("TRAINYARD_ORIGIN", "https://trainyard.example")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with served() as address:
        assert attempts(address, claimed, throttle.PER_PAIR + 1)[-1] == 429


def test_behind_a_trusted_proxy_each_client_has_tries_of_its_own(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    with served() as address:
        assert set(attempts(address, claimed, throttle.PER_PAIR + 1)) == {200}


def test_of_several_hops_the_last_that_is_no_proxy_counts(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a client writes itself stands before it, in the same line or in one of its own; ports and blanks do not
    matter."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1,10.0.0.0/8")
    ways: list[Callable[[int], list[tuple[str, str]]]] = [
        lambda number: [("X-Forwarded-For", f"203.0.113.{number}, 198.51.100.1:{4000 + number} ,10.1.2.3")],
        lambda number: [("X-Forwarded-For", f"203.0.113.{number}"), ("X-Forwarded-For", "198.51.100.1, 10.1.2.3")],
        lambda number: [("X-Forwarded-For", f"10.9.9.{number}, 198.51.100.1")],
    ]
    with served() as address:
        answers = [status for way in ways for status in attempts(address, way, 5)]
    assert answers == [200] * throttle.PER_PAIR + [429] * 5


def test_a_proxy_is_expected_here_only_where_there_is_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    monkeypatch.delenv("TRAINYARD_ORIGIN", raising=False)
    assert serve.proxies() == ""
    monkeypatch.setenv("TRAINYARD_ORIGIN", "https://trainyard.example")
    assert serve.proxies() == "127.0.0.1,::1"


@pytest.mark.parametrize("everybody", ["*", "10.0.0.1, *", "0.0.0.0/0", "::/0 "])
def test_nobody_may_name_everybody_a_proxy(monkeypatch: pytest.MonkeyPatch, everybody: str) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", everybody)
    with pytest.raises(SystemExit, match="everybody could claim any address"):
        serve.proxies()
