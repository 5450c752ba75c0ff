"""Tokens that are malformed, revoked, foreign, or beside a session."""

import pytest
from django.test import Client

from tests.attacks import things
from webapp.accounts import tokens

pytestmark = pytest.mark.django_db


def status(authorization: str | None, client: Client | None = None) -> int:
    headers = {} if authorization is None else {"Authorization": authorization}
    return (client or Client()).get("/api/v1/me", headers=headers).status_code


def test_only_the_whole_secret_opens() -> None:
    secret = tokens.create(things.user("ada"), "test")[1]
    assert status(f"Bearer {secret}") == 200
    assert status(f"bearer {secret}") == 200
    for wrong in (
        secret,
        f"Bearer {secret[:-1]}",
        f"Bearer {secret}x",
        f"Bearer {secret.lower()}",
        f"Basic {secret}",
        "Bearer",
        "Bearer ",
        "",
        f"Bearer {tokens.digest(secret)}",
        f"Token {secret}",
        "Bearer \x00",
        "Bearer é" * 100,
        f"Bearer {secret}, Bearer {secret}",
        "Bearer " + "A" * 100_000,
    ):
        assert status(wrong) == 401, wrong


def test_a_revoked_token_and_one_of_a_locked_person_open_nothing() -> None:
    ada = things.user("ada")
    token, secret = tokens.create(ada, "test")
    other = tokens.create(ada, "test")[1]
    tokens.revoke(token)
    assert status(f"Bearer {secret}") == 401
    assert status(f"Bearer {other}") == 200
    ada.is_active = False
    ada.save()
    assert status(f"Bearer {other}") == 401


def test_a_wrong_token_is_not_made_good_by_a_session() -> None:
    client = Client()
    client.force_login(things.user("ada"))
    assert status(None, client) == 200
    assert status("Bearer wrong", client) == 401


def test_a_token_does_not_open_pages() -> None:
    headers = things.bearer(things.user("ada"))
    assert Client().get("/runs/", headers=headers).status_code == 302


def test_the_answer_tells_nothing_of_the_token() -> None:
    answer = Client().get("/api/v1/me", headers={"Authorization": "Bearer ty_secret-of-somebody"})
    assert b"ty_secret" not in answer.content
    assert answer["WWW-Authenticate"].startswith("Bearer")
