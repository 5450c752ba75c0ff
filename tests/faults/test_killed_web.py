"""F4: the web server is killed; training does not notice, a viewer gets exactly what it missed, an upload goes on."""

import base64
import fcntl
import hashlib
import json
import os
import random
import signal
import socket
import sys
import termios
import time
from functools import partial
from typing import Any

import httpx
import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets import Origin
from websockets.sync.client import ClientConnection, connect

from tests.faults.lab import (
    Lab,
    curve,
    digits,
    finished,
    injected,
    moved_on,
    person,
    step_of,
    train,
    wait_for,
    wait_for_web,
)
from webapp import processes
from webapp.accounts import tokens
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def test_a_viewer_gets_exactly_what_it_missed_and_training_goes_on(lab: Lab, dice: random.Random) -> None:
    lab.start_web()
    wait_for_web(lab)
    run = train(digits(), ranks=1, epochs=150)
    seen: dict[tuple[str, int], float] = {}
    position = 0
    for _ in range(3):
        position = _watch(lab, run, position, seen, until=position + dice.randint(3, 12))
        lab.kill_web()
        wait_for(partial(moved_on, run, step_of(run)))
        lab.start_web()
        wait_for_web(lab)
    ended = finished(run)
    _watch(lab, run, position, seen, until=ended.stream)
    assert ended.state == State.SUCCEEDED
    assert ended.attempt == 1
    assert sorted((name, step, value) for (name, step), value in seen.items()) == curve(run)


def test_an_upload_goes_on_where_it_was_acknowledged(lab: Lab, dice: random.Random) -> None:
    content = os.urandom(3_000_000)
    secret = tokens.create(person(), "test")[1]
    if lab.web is None or lab.web.poll() is not None:
        lab.start_web()
    wait_for_web(lab)
    client = httpx.Client(base_url=f"http://{lab.host}", headers={"Authorization": f"Bearer {secret}"}, timeout=30)
    name = base64.b64encode(b"digits.csv").decode()
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
    address = client.post("/api/v1/uploads", headers=headers).headers["Location"]
    sent = 0
    for end in (*sorted(dice.sample(range(1, len(content)), 3)), len(content)):
        part = {**BYTES, "Upload-Offset": str(sent)}
        assert client.patch(address, content=content[sent:end], headers=part).status_code == 204
        lab.kill_web()
        lab.start_web()
        wait_for_web(lab)
        sent = int(client.head(address, headers=TUS).headers["Upload-Offset"])
        assert sent == end
    wait_for(lambda: person().uploads.get().state == "complete", 10)
    assert person().uploads.get().artifact_id == hashlib.sha256(content).hexdigest()


def test_what_arrived_of_a_piece_before_the_server_ended_is_kept(lab: Lab) -> None:
    """A stop in order, for a new version, in the midst of a piece: what came is acknowledged, and soon."""
    content = os.urandom(8 << 20)
    lab.start_web()
    wait_for_web(lab)
    client = httpx.Client(base_url=f"http://{lab.host}", timeout=30)
    client.headers["Authorization"] = f"Bearer {tokens.create(person(), 'test')[1]}"
    address = client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(len(content))}).headers["Location"]
    sent = 0
    for end in (3 << 20, 3_500_001):
        with _part_of_a_piece(lab, client, address, content, sent, end):
            assert lab.web is not None
            injected("web server ended in the midst of an upload")
            began = time.monotonic()
            assert processes.end(lab.web, signal.SIGTERM, 20) in (0, -signal.SIGTERM)
            assert time.monotonic() - began < 5
        lab.start_web()
        wait_for_web(lab)
        sent = int(client.head(address, headers=TUS).headers["Upload-Offset"])
        assert sent == end
    part = {**BYTES, "Upload-Offset": str(sent)}
    assert client.patch(address, content=content[sent:], headers=part).status_code == 204
    assert person().uploads.latest("created").artifact_id == hashlib.sha256(content).hexdigest()


def _part_of_a_piece(
    lab: Lab, client: httpx.Client, address: str, content: bytes, start: int, end: int
) -> socket.socket:
    """A connection on which all up to ``end`` was sent of a piece that should go on to the file's end."""
    host, port = lab.host.split(":")
    connection = socket.create_connection((host, int(port)))
    headers = {
        **BYTES,
        "Host": lab.host,
        "Upload-Offset": start,
        "Content-Length": len(content) - start,
        "Authorization": client.headers["Authorization"],
    }
    connection.sendall(f"PATCH {address} HTTP/1.1\r\n".encode())
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(head.encode() + b"\r\n" + content[start:end])
    wait_for(lambda: not _unread(connection), 10)
    time.sleep(0.1)  # on its last way inside the server
    return connection


def _unread(connection: socket.socket) -> int:
    """Bytes that the other end has not taken yet, as far as the system knows."""
    return int.from_bytes(fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


def _watch(lab: Lab, run: Run, after: int, seen: dict[tuple[str, int], float], until: int) -> int:
    """Take in messages behind ``after`` until number ``until``; each number comes once, and none is left out."""
    position = after
    with _open(lab, run, after) as viewer:
        hello = json.loads(viewer.recv(timeout=20))
        assert hello["type"] == "hello"
        while position < min(until, Run.objects.get(pk=run.pk).stream) or _goes_on(run, position, until):
            message = json.loads(viewer.recv(timeout=20))
            assert message.get("from", message["seq"] - 1) == position
            position = message["seq"]
            _take(message, seen)
    return position


def _goes_on(run: Run, position: int, until: int) -> bool:
    return position < until and Run.objects.get(pk=run.pk).state in (State.QUEUED, State.STARTING, State.RUNNING)


def _take(message: dict[str, Any], seen: dict[tuple[str, int], float]) -> None:
    for name, part in message.get("series", {}).items():
        if not name.startswith("hardware/") and name not in ("samples_per_second", "epoch"):
            for step, value in zip(part["steps"], part["values"], strict=True):
                assert (name, step) not in seen, "a point came twice"
                seen[name, step] = value


def _open(lab: Lab, run: Run, after: int) -> ClientConnection:
    session = SessionStore()
    session[SESSION_KEY] = str(person().pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person().get_session_auth_hash()
    session.save()
    headers = {"Cookie": f"trainyard_session={session.session_key}"}
    address = f"ws://{lab.host}/ws/runs/{run.pk}/?after={after}"
    viewer: ClientConnection = connect(address, additional_headers=headers, origin=Origin(f"http://{lab.host}"))
    return viewer
