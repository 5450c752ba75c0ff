"""While the database is away, pages, fragments, the API, uploads and sockets say so in seconds; a retry doubles
nothing."""

import os
import random
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil
import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from pytest_django import DjangoDbBlocker
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.faults.lab import Lab, digits, injected, laboratory, person, train, wait_for
from webapp import processes
from webapp.accounts import tokens
from webapp.accounts.models import ApiToken
from webapp.datasets.models import DatasetVersion
from webapp.patience import PATIENCE
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

ANSWERS_WITHIN = 8.0  # seconds; the pool waits for 5
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "3"}


@pytest.fixture(scope="module")
def web_lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    """A web server without a worker, so that what is queued stays so, on a database that writes through to the disk."""
    with django_db_blocker.unblock(), laboratory(tmp_path_factory.mktemp("away")) as lab:
        lab.start_web()
        wait_for(lambda: _answers(lab), 30)
        yield lab


@pytest.fixture(scope="module")
def version(web_lab: Lab) -> DatasetVersion:
    return digits(seed=9)


def _answers(lab: Lab) -> bool:
    try:
        return httpx.get(f"http://{lab.host}/signin/", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def program(lab: Lab) -> httpx.Client:
    secret = tokens.create(person(), "test")[1]
    return httpx.Client(base_url=f"http://{lab.host}", headers={"Authorization": f"Bearer {secret}"}, timeout=30)


def browser(lab: Lab) -> httpx.Client:
    session = SessionStore()
    session[SESSION_KEY] = str(person().pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person().get_session_auth_hash()
    session.save()
    cookies = {"trainyard_session": str(session.session_key)}
    address = f"http://{lab.host}"
    return httpx.Client(base_url=address, cookies=cookies, timeout=30, headers={"Referer": f"{address}/"})


def token_of(page: httpx.Response) -> str:
    match = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert match is not None
    return match[1]


@contextmanager
def away(lab: Lab) -> Iterator[None]:
    """`kill -9` of the database and of all its processes; it is started again at the end."""
    kill(lab)
    try:
        yield
    finally:
        lab.start_postgresql()
        wait_for(lambda: Run.objects.exists() or True, 30)


def kill(lab: Lab) -> None:
    assert lab.postgresql is not None
    injected("database killed")
    server = int((lab.state / "postgresql" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    processes.end(lab.postgresql, signal.SIGKILL, 20)
    connections["default"].close()


def test_every_kind_of_request_is_told_so_in_time_and_what_was_committed_is_not_made_again(
    web_lab: Lab, version: DatasetVersion
) -> None:
    """Three of the requests were answered before, and the answer got lost: they are sent again, while it is away and
    after."""
    run, page, api = ended(version), browser(web_lab), program(web_lab)
    account, detail = token_of(page.get("/account/")), token_of(page.get(f"/runs/{run.pk}/"))
    body = {"name": "keyed", "dataset": str(version.dataset_id), "spec": {"epochs": 1}}
    html = {"Accept": "text/html"}
    makers = {
        "api post": api.build_request("POST", "/api/v1/runs", json=body, headers={"Idempotency-Key": "lost"}),
        "form": page.build_request(
            "POST", "/account/tokens/", data={"csrfmiddlewaretoken": account, "name": "once"}, headers=html
        ),
        "button": page.build_request(
            "POST", f"/runs/{run.pk}/retry/", data={"csrfmiddlewaretoken": detail}, headers=html
        ),
    }
    requests = {
        **makers,
        "page": page.build_request("GET", "/runs/", headers=html),
        "fragment": page.build_request("GET", f"/runs/{run.pk}/status/", headers={"HX-Request": "true"}),
        "api": api.build_request("GET", "/api/v1/runs"),
        "api by session": page.build_request("GET", "/api/v1/runs"),
        "api upload": api.build_request("POST", "/api/v1/uploads", headers=TUS),
    }
    before = Run.objects.count()
    for request in makers.values():
        send_and_lose(web_lab, request)
    wait_for(lambda: (Run.objects.count(), ApiToken.objects.filter(name="once").count()) == (before + 2, 1), 10)
    with away(web_lab), ThreadPoolExecutor(len(requests)) as threads:
        answers = {name: threads.submit(timed, request) for name, request in requests.items()}
        assert socket_code(web_lab, run, page) == 1013
    for name, future in answers.items():
        answer, seconds = future.result()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), (name, answer.text)
        assert "cannot reach its database" in answer.text
        assert seconds < ANSWERS_WITHIN, (name, seconds)
        kind = "application/problem+json" if name.startswith("api") else "text/html"
        assert answer.headers["Content-Type"].startswith(kind), name
    assert 'href="/runs/">Try again' in answers["page"].result()[0].text
    assert "what was done already is not done twice" in answers["form"].result()[0].text
    log = (web_lab.state / "logs" / "web.log").read_text()
    assert "Traceback" not in log, log[max(0, log.index("Traceback") - 500) :][:6000]
    assert [httpx.Client(timeout=30).send(request).status_code for request in makers.values()] == [201, 302, 302]
    assert (Run.objects.count(), ApiToken.objects.filter(name="once").count()) == (before + 2, 1)


def test_a_database_killed_while_requests_are_under_way_makes_each_once_in_the_end(
    web_lab: Lab, version: DatasetVersion, dice: random.Random
) -> None:
    api, numbers = program(web_lab), range(8)

    def start(number: int) -> httpx.Response:
        body = {"name": f"killed {number}", "dataset": str(version.dataset_id), "spec": {"epochs": 1}}
        return api.post("/api/v1/runs", json=body, headers={"Idempotency-Key": f"killed-{number}"})

    with ThreadPoolExecutor(8) as threads:
        first = [threads.submit(start, number) for number in numbers]
        time.sleep(dice.uniform(0, 0.2))
        with away(web_lab):
            pass
        assert {one.result().status_code for one in first} <= {201, 503}
        wait_for(lambda: start(0).status_code == 201, 30)
        assert [one.status_code for one in threads.map(start, numbers)] == [201] * len(numbers)
    assert [Run.objects.filter(name=f"killed {number}").count() for number in numbers] == [1] * len(numbers)


@pytest.mark.faults
def test_a_database_that_is_frozen_is_given_up(web_lab: Lab) -> None:
    api = program(web_lab)
    assert api.get("/api/v1/runs").status_code == 200
    injected("database frozen")
    server = psutil.Process(int((web_lab.state / "postgresql" / "postmaster.pid").read_text().split()[0]))
    family = [server, *server.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        answer, seconds = timed(api.build_request("GET", "/api/v1/runs"))
    finally:
        for process in family:
            process.resume()
    assert (answer.status_code, seconds < PATIENCE + ANSWERS_WITHIN) == (503, True), seconds
    wait_for(lambda: api.get("/api/v1/runs").status_code == 200, 10)


def ended(version: DatasetVersion) -> Run:
    run = train(version)
    Run.objects.filter(pk=run.pk).update(state=State.FAILED)
    return run


def timed(request: httpx.Request) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = httpx.Client(timeout=30).send(request)
    return answer, time.monotonic() - began


def send_and_lose(lab: Lab, request: httpx.Request) -> None:
    """Send it as a connection does that is cut before the answer is read."""
    lines = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    host, port = lab.host.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + request.read())
        connection.recv(1)  # it is answered, so what it makes is committed


def socket_code(lab: Lab, run: Run, page: httpx.Client) -> int:
    """The code by which a new socket is closed."""
    headers = {"Cookie": f"trainyard_session={page.cookies['trainyard_session']}"}
    address, origin = f"ws://{lab.host}/ws/runs/{run.pk}/", Origin(f"http://{lab.host}")
    viewer: ClientConnection = connect(address, additional_headers=headers, origin=origin, proxy=None, open_timeout=20)
    with viewer, pytest.raises(ConnectionClosed) as closed:
        viewer.recv(timeout=20)
    assert closed.value.rcvd is not None
    return int(closed.value.rcvd.code)
