"""API tokens."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from webapp.accounts import tokens
from webapp.accounts.models import ApiToken, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="correct horse battery")


def test_createtoken_makes_the_user_and_ends_with_the_token_alone() -> None:
    first, second = _createtoken("ada"), _createtoken("ada")
    assert first != second
    user = User.objects.get()
    assert not user.has_usable_password()
    assert tokens.owner_of(first) == tokens.owner_of(second) == user


def test_createtoken_refuses_an_impossible_name_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="valid username"):
        _createtoken("no spaces, please")


def test_the_database_does_not_hold_the_secret(ada: User) -> None:
    _, secret = tokens.create(ada, "laptop")
    row = ApiToken.objects.values().get()
    assert secret not in str(row)


def test_a_token_is_shown_once(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.post("/account/tokens/", {"name": "<script>alert(1)</script>"})
    assert tokens.PREFIX in answer.content.decode()
    assert b"<script>alert" not in answer.content
    assert "no-store" in answer.headers["Cache-Control"]
    assert tokens.PREFIX not in client.get("/account/").content.decode()


NONSENSE = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer ty_nonsense", "Bearer \x00", "Bearer " + "x" * 100_000]


@pytest.mark.parametrize("header", NONSENSE)
def test_anything_else_is_nobody(client: Client, ada: User, header: str) -> None:
    tokens.create(ada, "laptop")
    assert client.get("/api/v1/runs", headers={"Authorization": header}).status_code == 401


def test_a_token_opens_the_api_and_nothing_else(client: Client, ada: User) -> None:
    _, secret = tokens.create(ada, "laptop")
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/runs", headers=header).status_code == 200
    assert client.get("/account/", headers=header).status_code == 302


def test_a_revoked_token_and_a_token_of_somebody_inactive_are_nobody(client: Client, ada: User) -> None:
    token, secret = tokens.create(ada, "laptop")
    client.force_login(ada)
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.owner_of(secret) is None
    _, secret = tokens.create(ada, "desk")
    User.objects.update(is_active=False)
    assert tokens.owner_of(secret) is None


def test_somebody_elses_token_is_not_found(client: Client, ada: User) -> None:
    token, secret = tokens.create(ada, "laptop")
    client.force_login(User.objects.create_user("eve"))
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert tokens.owner_of(secret) == ada


def test_use_is_noted(ada: User) -> None:
    token, secret = tokens.create(ada, "laptop")
    tokens.owner_of(secret)
    token.refresh_from_db()
    assert token.last_used is not None


def _createtoken(name: str) -> str:
    out = StringIO()
    call_command("createtoken", name, stdout=out)
    return out.getvalue().splitlines()[-1]


def test_revoking_a_token_asks_first_and_names_it(client: Client, ada: User) -> None:
    token, _secret = tokens.create(ada, "laptop")
    client.force_login(ada)
    page = client.get("/account/").content.decode()
    assert f'data-open="revoke-{token.pk}"' in page
    assert "Revoke the token “laptop”?" in page
