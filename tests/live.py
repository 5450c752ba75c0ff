"""The web application on a real socket inside the test's process, for what Django's test client does not reach."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from django.db import connections
from pytest_django import Settings

from webapp import serve
from webapp.accounts import people, tokens
from webapp.accounts.models import User


class Live:
    """A uvicorn in a thread, as ``webapp.serve`` runs it, and clients that talk to it with somebody's token."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self._server = uvicorn.Server(serve.config(forwarded_allow_ips="127.0.0.1"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    def connections(self) -> list[Any]:
        """uvicorn's protocols of what is open."""
        return list(self._server.server_state.connections)

    def close_connections(self) -> None:
        """As at the server's end: idle ones at once, others when they are answered."""
        state = self._server.server_state
        for connection in list(state.connections):
            connection.loop.call_soon_threadsafe(connection.shutdown)
        deadline = time.monotonic() + 20
        while state.connections or state.tasks:
            assert time.monotonic() < deadline, "a request has no end"
            time.sleep(0.001)

    def requests(self) -> int:
        """How many are being answered."""
        return len(self._server.server_state.tasks)

    def cancel_requests(self) -> None:
        """As uvicorn does when its time to end is over."""
        state = self._server.server_state
        for task in list(state.tasks):
            task.get_loop().call_soon_threadsafe(task.cancel)

    def user(self, name: str = "ada") -> User:
        return people.get_or_make(name)[0]

    def anonymous(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, timeout=30, verify=False
        )  # no certificates are read where there is no TLS

    def client(self, name: str = "ada", **headers: str) -> httpx.Client:
        """A client with a fresh token of the user ``name``."""
        secret = tokens.create(self.user(name), "test")[1]
        headers = {"Authorization": f"Bearer {secret}", **headers}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=False)


@pytest.fixture(scope="session")
def server() -> Iterator[Live]:
    server = Live()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def live(
    server: Live, transactional_db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Live]:
    """The application over HTTP with an empty database and store."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # no connection outlives its request
    yield server
    server.close_connections()
