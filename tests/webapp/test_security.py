"""What every answer carries, who may open a socket, and `check --deploy`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.yard import ROOT
from webapp.headers import POLICY
from webapp.origin import by_token, own_origin

PROGRAM = """
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
"""


def test_check_deploy_is_clean_behind_https(tmp_path: Path) -> None:
    own = {"TRAINYARD_STATE": str(tmp_path), "TRAINYARD_ORIGIN": "https://trainyard.example"}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "webapp.settings", **own}
    answer = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "no issues (0 silenced)" in answer.stdout


def test_the_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    from webapp.secret import secret_key

    key = secret_key(tmp_path / "state")
    assert len(key) >= 50
    assert secret_key(tmp_path / "state") == key
    file = tmp_path / "state" / "secrets" / "django"
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(file.parent) == ["django"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/signin/", "/", "/nowhere/", "/static/trainyard/tokens.css", "/api/v1/runs"])
def test_every_answer_carries_the_policy(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_policy_allows_no_inline_and_no_evaluated_script() -> None:
    script = next(part for part in POLICY.split("; ") if part.startswith("script-src"))
    assert script == "script-src 'self'"


@pytest.mark.django_db
def test_a_foreign_host_name_is_refused(client: Client) -> None:
    assert client.get("/signin/", headers={"Host": "rebound.example"}).status_code == 400


@pytest.mark.django_db
def test_pages_lead_to_the_sign_in_page_and_the_api_answers_401(client: Client) -> None:
    assert client.get("/account/").headers["Location"] == "/signin/?next=/account/"
    answer = client.get("/api/v1/runs")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://localhost:9000", "localhost:9000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://127.0.0.1:8001", "127.0.0.1:8000", False),
        ("https://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("http://evil.example", "127.0.0.1:8000", False),
        ("http://evil.example", "evil.example", False),
        ("http://127.0.0.1:8000.evil.example", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000@evil.example", "127.0.0.1:8000", False),
        ("null", "127.0.0.1:8000", False),
        ("", "127.0.0.1:8000", False),
        ("", "", False),
        (None, "127.0.0.1:8000", False),
        ("http://[", "127.0.0.1:8000", False),
        ("HTTP://LocalHost:9000", "localhost:9000", True),
        ("http://localhost", "localhost:80", True),
        ("http://localhost:80", "localhost", True),
        ("https://localhost", "localhost", False),
        ("http://localhost:443", "localhost", False),
        ("http://localhost.:9000", "localhost.:9000", True),
        ("http://localhost.:9000", "localhost:9000", False),
        ("http://127.0.0.1:8000/", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000/runs", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000?a", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000#a", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000 ", "127.0.0.1:8000", False),
        ("http://127.0.0.1:\t8000", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000, http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000\\.evil.example", "127.0.0.1:8000", False),
        ("http://127.0.0.1:", "127.0.0.1", False),
        ("http://2130706433:8000", "127.0.0.1:8000", False),
        ("//127.0.0.1:8000", "127.0.0.1:8000", False),
        ("127.0.0.1:8000", "127.0.0.1:8000", False),
    ],
)
def test_only_our_own_pages_open_sockets(origin: str | None, host: str, own: bool) -> None:
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin is not None else [])
    assert own_origin({"scheme": "ws", "headers": headers}) is own


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "own"),
    [
        ("https://trainyard.example", "trainyard.example", "ws", True),  # a proxy that says nothing of the scheme
        ("https://trainyard.example", "trainyard.example", "wss", True),
        ("https://trainyard.example:443", "trainyard.example", "wss", True),
        ("https://TRAINYARD.example", "trainyard.example", "wss", True),
        ("https://trainyard.example", "10.0.0.7:8000", "ws", True),  # a proxy that asks by another name
        ("http://trainyard.example", "trainyard.example", "ws", False),  # who sits on the line can write such a page
        ("http://trainyard.example", "trainyard.example:80", "ws", False),
        ("http://trainyard.example.", "trainyard.example.", "ws", False),
        ("https://trainyard.example.", "trainyard.example", "wss", False),
        ("https://trainyard.example:8443", "trainyard.example", "wss", False),
        ("https://trainyard.example.evil.example", "trainyard.example", "wss", False),
        ("https://evil.example", "trainyard.example", "wss", False),
        ("null", "trainyard.example", "wss", False),
        (None, "trainyard.example", "wss", False),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "ws", True),  # on the machine itself, past the proxy
    ],
)
def test_behind_tls_only_the_public_origin_opens_sockets(
    settings: Settings, origin: str | None, host: str, scheme: str, own: bool
) -> None:
    settings.ORIGIN = "https://trainyard.example"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "trainyard.example"]
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin is not None else [])
    assert own_origin({"scheme": scheme, "headers": headers}) is own


@pytest.mark.parametrize("public", ["HTTPS://Trainyard.Example", "https://trainyard.example:443"])
def test_a_public_origin_may_be_written_as_people_write_it(settings: Settings, public: str) -> None:
    settings.ORIGIN = public
    headers = [(b"host", b"trainyard.example"), (b"origin", b"https://trainyard.example")]
    assert own_origin({"scheme": "wss", "headers": headers})


@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        ([(b"authorization", b"Bearer ty_x")], True),
        ([(b"authorization", b"Basic YTpi")], False),
        ([(b"authorization", b"Bearer ty_x"), (b"origin", b"http://evil.example")], False),
        ([(b"authorization", b"Bearer ty_x"), (b"origin", b"null")], False),
        ([], False),
    ],
)
def test_a_program_with_a_token_needs_no_origin(headers: list[tuple[bytes, bytes]], opens: bool) -> None:
    assert by_token({"headers": [(b"host", b"127.0.0.1:8000"), *headers]}) is opens


def test_two_origins_in_one_handshake_are_refused() -> None:
    headers = [(b"host", b"127.0.0.1:8000"), (b"origin", b"http://evil.example"), (b"origin", b"http://127.0.0.1:8000")]
    assert not own_origin({"scheme": "ws", "headers": headers})


def test_cookies_and_uploads_are_bounded(settings: Settings) -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 4 * 1024 * 1024
