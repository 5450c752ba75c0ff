"""What is open ends at once when the right to it ends: sockets and answers that flow. Real server, real Valkey, real
sockets."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now
from django.test import Client
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.live import Live
from webapp.accounts import flows, tokens
from webapp.accounts.models import ApiToken, User
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.datasets import uploads
from webapp.datasets.models import Upload
from webapp.metrics import export
from webapp.runs import consumers
from webapp.runs.models import Kind, Run

pytestmark = pytest.mark.timed

PASSWORD = "correct horse battery"
WITHIN = 0.2  # seconds
SENT, ANNOUNCED = 100_000, 8 << 20  # bytes of an upload that goes on
LARGE = 48 << 20  # bytes: more than the buffers between two ends hold


@dataclass
class Browser:
    """A person who is signed in by a browser, and has a token beside."""

    person: User
    client: Client
    secret: str
    token: ApiToken

    @property
    def cookie(self) -> str:
        return f"trainyard_session={self.client.cookies['trainyard_session'].value}"


@pytest.fixture
def ada(live: Live) -> Browser:
    person = User.objects.create_user("ada", password=PASSWORD)
    client = Client()
    client.force_login(person)
    token, secret = tokens.create(person, "laptop")
    return Browser(person, client, secret, token)


@pytest.fixture
def run(ada: Browser) -> Run:
    return Run.objects.create(owner=ada.person, name="digits", kind=Kind.TRAIN, spec={}, devices_needed=1)


def sign_out(ada: Browser) -> None:
    assert ada.client.post("/signout/").status_code == 302


def sign_out_everywhere(ada: Browser) -> None:
    other = Client()
    other.force_login(ada.person)
    assert other.post("/signout/everywhere/").status_code == 302


def change_password(ada: Browser) -> None:
    other = Client()
    other.force_login(ada.person)
    change = {"old": PASSWORD, "new": "another good one", "again": "another good one"}
    assert other.post("/account/password/", change).status_code == 302


def revoke(ada: Browser) -> None:
    assert ada.client.post(f"/account/tokens/{ada.token.pk}/revoke/").status_code == 302


def deactivate(ada: Browser) -> None:
    ada.person.is_active = False
    ada.person.save()


def remove(ada: Browser) -> None:
    Run.objects.all().delete()
    ada.person.delete()


def revoke_in_sql(ada: Browser) -> None:
    ApiToken.objects.filter(pk=ada.token.pk).update(revoked=Now())


BY_SESSION = [sign_out, sign_out_everywhere, change_password, deactivate, remove]
BY_TOKEN = [revoke, deactivate, remove]


def watch(live: Live, run: Run, **headers: str) -> ClientConnection:
    origin = Origin(live.url) if "Cookie" in headers else None
    address = f"{live.url.replace('http', 'ws')}/ws/runs/{run.pk}/"
    viewer: ClientConnection = connect(address, additional_headers=headers, origin=origin, proxy=None)
    return viewer


def seconds_until_closed(viewer: ClientConnection, end: Callable[[], None]) -> float:
    """From the moment at which whoever ended the right was told that it is done."""
    viewer.recv(timeout=10)
    end()
    began = time.monotonic()
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            viewer.recv(timeout=3)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == consumers.NOT_ALLOWED
    return time.monotonic() - began


@pytest.mark.parametrize("end", BY_SESSION)
def test_a_browsers_socket_closes_at_once(live: Live, ada: Browser, run: Run, end: Callable[[Browser], None]) -> None:
    with watch(live, run, Cookie=ada.cookie) as viewer:
        assert seconds_until_closed(viewer, lambda: end(ada)) < WITHIN


@pytest.mark.parametrize("end", BY_TOKEN)
def test_a_programs_socket_closes_at_once(live: Live, ada: Browser, run: Run, end: Callable[[Browser], None]) -> None:
    with watch(live, run, Authorization=f"Bearer {ada.secret}") as viewer:
        assert seconds_until_closed(viewer, lambda: end(ada)) < WITHIN


def test_a_hidden_pages_socket_closes_as_quickly_and_others_stay_open(live: Live, ada: Browser, run: Run) -> None:
    with (
        watch(live, run, Cookie=ada.cookie) as hidden,
        watch(live, run, Authorization=f"Bearer {ada.secret}") as program,
    ):
        hidden.send('{"type": "visible", "value": false}')
        time.sleep(0.1)
        assert seconds_until_closed(hidden, lambda: sign_out(ada)) < WITHIN
        program.recv(timeout=3)
        with pytest.raises(TimeoutError):
            program.recv(timeout=0.3)


def test_right_after_signing_in_again_elsewhere_nothing_closes(live: Live, ada: Browser, run: Run) -> None:
    with watch(live, run, Cookie=ada.cookie) as viewer:
        viewer.recv(timeout=10)
        Client().post("/signin/", {"name": "ada", "password": PASSWORD})
        with pytest.raises(TimeoutError):
            viewer.recv(timeout=0.3)


@pytest.fixture
def export_address(ada: Browser, run: Run) -> str:
    edge = Edge.objects.create(
        run=run,
        artifact=store.put(BytesIO(bytes(LARGE))),
        direction=Edge.Direction.OUTPUT,
        role="export",
        name="all.zip",
        meta={"format": "bundle"},
    )
    return f"/api/v1/exports/{edge.pk}/download"


class Download:
    """A reader that stops after the first bytes: what the server has not sent when the right ends must never come."""

    def __init__(self, live: Live, address: str, header: str) -> None:
        self._live = live
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        self._socket.settimeout(10)
        self._socket.connect(("127.0.0.1", urlsplit(live.url).port))
        host = urlsplit(live.url).netloc
        self._socket.sendall(f"GET {address} HTTP/1.1\r\nHost: {host}\r\n{header}\r\n\r\n".encode())
        self._size = len(self._socket.recv(4096))
        time.sleep(0.3)  # so that it flows, and waits for this reader
        assert live.requests() == 1

    def __enter__(self) -> "Download":
        return self

    def __exit__(self, *_: Any) -> None:
        self._socket.close()

    def seconds_until_it_ends(self) -> float:
        """On the server; the reader reads nothing meanwhile."""
        began = time.monotonic()
        while self._live.requests():
            assert time.monotonic() < began + 5, "it flows on"
            time.sleep(0.001)
        return time.monotonic() - began

    def size(self) -> int:
        """How many bytes there are to read in all."""
        with suppress(ConnectionResetError):
            while part := self._socket.recv(1 << 20):
                self._size += len(part)
        return self._size


@pytest.mark.parametrize("end", [revoke, deactivate])
def test_a_download_in_flight_ends_at_once(
    live: Live, ada: Browser, export_address: str, end: Callable[[Browser], None]
) -> None:
    with Download(live, export_address, f"Authorization: Bearer {ada.secret}") as download:
        end(ada)
        assert download.seconds_until_it_ends() < WITHIN
        assert download.size() < LARGE


def test_a_download_of_a_browser_ends_with_its_session(live: Live, ada: Browser, export_address: str) -> None:
    with Download(live, export_address, f"Cookie: {ada.cookie}") as download:
        sign_out(ada)
        assert download.seconds_until_it_ends() < WITHIN
        assert download.size() < LARGE


def test_a_download_goes_on_when_another_right_ends(live: Live, ada: Browser, export_address: str) -> None:
    with Download(live, export_address, f"Authorization: Bearer {ada.secret}\r\nConnection: close") as download:
        sign_out(ada)
        time.sleep(WITHIN)
        assert download.size() > LARGE


def test_a_table_of_metrics_in_flight_ends_at_once(
    live: Live, ada: Browser, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "csv", lambda run_id, names: (b"x" * 100_000 for _ in range(LARGE // 100_000)))
    with Download(live, f"/runs/{run.pk}/metrics.csv", f"Cookie: {ada.cookie}") as table:
        sign_out(ada)
        assert table.seconds_until_it_ends() < WITHIN
        assert table.size() < LARGE


@pytest.mark.parametrize("end", [revoke, deactivate, sign_out_everywhere])
def test_an_upload_in_flight_ends_at_once_and_what_came_is_kept(
    live: Live, ada: Browser, end: Callable[[Browser], None]
) -> None:
    upload = uploads.create(ada.person, "digits.zip", ANNOUNCED, "")
    right = f"Authorization: Bearer {ada.secret}"
    if end is sign_out_everywhere:
        token = ada.client.get("/account/").context["csrf_token"]
        right = (
            f"Cookie: {ada.cookie}; trainyard_csrf={ada.client.cookies['trainyard_csrf'].value}\r\nX-CSRFToken: {token}"
        )
    head = (
        f"PATCH /api/v1/uploads/{upload.pk} HTTP/1.1\r\nHost: {urlsplit(live.url).netloc}\r\n{right}\r\n"
        "Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
        f"Content-Length: {ANNOUNCED}\r\n\r\n"
    )
    with socket.create_connection(live.socket.getsockname(), timeout=10) as connection:
        connection.sendall(head.encode() + bytes(SENT))
        time.sleep(0.3)
        end(ada)
        end_of_right = time.monotonic()
        while not (offset := Upload.objects.get(pk=upload.pk).offset):
            assert time.monotonic() < end_of_right + 2 * WITHIN, "it flows on"
            time.sleep(0.01)
        assert offset == SENT
        connection.sendall(bytes(ANNOUNCED - SENT))
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")
    assert Upload.objects.get(pk=upload.pk).offset == SENT


def test_an_upload_goes_on_when_another_right_ends(live: Live, ada: Browser) -> None:
    upload = uploads.create(ada.person, "digits.zip", 2 * SENT, "")

    def content() -> Iterator[bytes]:
        yield bytes(SENT)
        time.sleep(0.3)
        sign_out(ada)
        time.sleep(WITHIN)
        yield bytes(SENT)

    headers = {
        "Authorization": f"Bearer {ada.secret}",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    with live.anonymous() as client:
        answer = client.patch(f"/api/v1/uploads/{upload.pk}", content=content(), headers=headers)
    assert (answer.status_code, answer.headers.get("Upload-Offset")) == (204, str(2 * SENT))


def test_a_right_that_ends_unheard_is_found_by_looking(
    live: Live, ada: Browser, run: Run, export_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "ASKS_EVERY", 0.3)
    monkeypatch.setattr(flows, "LOOKS_EVERY", 0.3)
    with Download(live, export_address, f"Authorization: Bearer {ada.secret}") as download:
        revoke_in_sql(ada)
        assert download.seconds_until_it_ends() < 1
        assert download.size() < LARGE
    another, secret = tokens.create(ada.person, "another")
    with watch(live, run, Authorization=f"Bearer {secret}") as viewer:
        assert seconds_until_closed(viewer, lambda: revoke_in_sql(replace(ada, token=another))) < 1
