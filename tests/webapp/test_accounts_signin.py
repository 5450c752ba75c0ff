"""Signing in by link and by password."""

import io
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from webapp.accounts import links, people, tokens
from webapp.accounts.models import SignInLink, User
from webapp.redaction import RedactingFormatter

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
CHOICE = {"name": "ada", "password": PASSWORD, "again": PASSWORD}


def path(link: str) -> str:
    return link.removeprefix(links.base_url())


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD)


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """What our log says meanwhile."""
    handler = next(
        each for each in logging.getLogger("django").handlers if isinstance(each.formatter, RedactingFormatter)
    )
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def test_looking_at_a_link_does_not_use_it_up(client: Client) -> None:
    link = path(links.new_link())
    for _ in range(3):
        answer = client.get(link)
        assert answer.status_code == 200
        assert b"<form" in answer.content
    assert not User.objects.exists()
    assert answer.headers["Cache-Control"].count("no-store")


def test_the_first_use_sets_name_and_password_and_signs_in(client: Client) -> None:
    link = path(links.new_link())
    answer = client.post(link, CHOICE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    user = User.objects.get()
    assert user.username == "ada"
    assert user.check_password(PASSWORD)
    assert client.get("/account/").status_code == 200


def test_a_link_works_once(client: Client) -> None:
    link = path(links.new_link())
    client.post(link, CHOICE)
    again = Client().post(link, {**CHOICE, "name": "eve"})
    assert again.status_code == 410
    assert User.objects.count() == 1


def test_a_fault_at_a_link_does_not_write_its_token_into_the_log(client: Client, console: io.StringIO) -> None:
    client.raise_request_exception = False
    link = path(links.new_link())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_signinlink RENAME TO accounts_away")
    assert client.get(link).status_code == 500
    assert "Internal Server Error: /signin/…/" in console.getvalue()
    assert "Traceback" in console.getvalue()
    assert link.split("/")[2] not in console.getvalue()


def test_a_forged_form_at_a_link_does_not_write_its_token_into_the_log(console: io.StringIO) -> None:
    link = path(links.new_link())
    assert Client(enforce_csrf_checks=True).post(link, CHOICE).status_code == 403
    assert "Forbidden" in console.getvalue()
    assert link.split("/")[2] not in console.getvalue()


def test_a_link_expires(client: Client) -> None:
    link = path(links.new_link())
    SignInLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(link).status_code == 410
    assert client.post(link, CHOICE).status_code == 410
    assert not User.objects.exists()


def test_a_weak_password_keeps_the_link_good(client: Client) -> None:
    link = path(links.new_link())
    answer = client.post(link, {"name": "ada", "password": "short", "again": "short"})
    assert answer.status_code == 200
    assert b"too short" in answer.content
    assert client.post(link, CHOICE).status_code == 302


def test_two_first_links_make_one_first_person(client: Client) -> None:
    one, two = path(links.new_link()), path(links.new_link())
    assert client.post(one, CHOICE).status_code == 302
    assert Client().post(two, {**CHOICE, "name": "eve"}).status_code == 410
    assert User.objects.count() == 1


def test_a_link_of_somebody_with_a_password_needs_only_the_button(client: Client, ada: User) -> None:
    link = path(links.new_link())
    assert b'type="password"' not in client.get(link).content
    assert client.post(link).status_code == 302
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_a_user_made_for_tokens_may_be_taken_over_at_set_up_and_by_its_own_link(client: Client) -> None:
    user, _ = people.get_or_make("ada")
    assert client.post(path(links.new_link()), CHOICE).status_code == 302
    assert User.objects.get() == user
    other, _ = people.get_or_make("bob")
    assert Client().post(path(links.new_link(other)), {**CHOICE, "name": "ada"}).status_code == 200  # taken
    assert Client().post(path(links.new_link(other)), {**CHOICE, "name": "bob"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_press_at_once_one_gets_in() -> None:
    link = path(links.new_link())
    start = threading.Barrier(10)

    def press(number: int) -> int:
        start.wait()
        try:
            return Client().post(link, {**CHOICE, "name": f"user{number}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(press, range(10)))
    assert statuses == [302, *[410] * 9]
    assert User.objects.count() == 1


def test_name_and_password_sign_in_and_the_session_key_is_new(client: Client, ada: User) -> None:
    client.get("/signin/")
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    answer = client.post("/signin/", {"name": "ada", "password": PASSWORD, "next": "/account/"})
    assert answer.headers["Location"] == "/account/"
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x()", "runs", "home"]
)
def test_signing_in_never_leads_elsewhere(client: Client, ada: User, target: str) -> None:
    answer = client.post(f"/signin/?next={target}", {"name": "ada", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_unknown_names_and_wrong_passwords_are_answered_alike(client: Client, ada: User) -> None:
    wrong = client.post("/signin/", {"name": "ada", "password": "not this one"})
    unknown = client.post("/signin/", {"name": "nobody", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 200
    assert b"Name or password is wrong" in wrong.content
    assert b"Name or password is wrong" in unknown.content


def test_signing_out_everywhere_ends_all_sessions_and_leaves_tokens(client: Client, ada: User) -> None:
    here, there, secret = Client(), Client(), tokens.create(ada, "laptop")[1]
    here.force_login(ada)
    there.force_login(ada)
    assert here.post("/signout/everywhere/").headers["Location"] == "/signin/"
    assert "You are signed out in all browsers." in here.get("/signin/").content.decode()
    assert there.get("/account/").headers["Location"].startswith("/signin/")
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert client.post("/signin/", {"name": "ada", "password": PASSWORD}).status_code == 302
    assert client.get("/account/").status_code == 200


def test_a_changed_password_ends_the_other_sessions(client: Client, ada: User) -> None:
    other = Client()
    client.force_login(ada)
    other.force_login(ada)
    change = {"old": PASSWORD, "new": "another good one", "again": "another good one"}
    assert client.post("/account/password/", change).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").headers["Location"].startswith("/signin/")


def test_the_present_password_is_asked_for(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.post("/account/password/", {"old": "wrong", "new": "another good one", "again": "another good one"})
    assert answer.status_code == 422
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_signing_out_takes_a_post(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.get("/signout/").status_code == 405
    assert client.post("/signout/").status_code == 302
    assert client.get("/account/").status_code == 302


def test_forged_forms_are_refused(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/signout/").status_code == 403
    assert client.post("/account/tokens/", {"name": "x"}).status_code == 403
    assert client.post(path(links.new_link(ada))).status_code == 403


def test_a_fault_is_announced_with_the_field_it_belongs_to(client: Client) -> None:
    page = client.post("/signin/", {"name": "", "password": "x"}).content.decode()
    assert 'aria-describedby="id_name_error"' in page and 'id="id_name_error"' in page


def test_after_a_press_without_a_session_one_comes_back_to_the_page_of_the_button(client: Client, ada: User) -> None:
    button = "/runs/5f0c3f0e-0000-7000-8000-000000000000/cancel/"
    for page, target in {
        "http://testserver/runs/?q=a#top": "/runs/%3Fq%3Da",
        "https://evil.example/runs/": "/",
    }.items():
        assert client.post(button, headers={"Referer": page}).headers["Location"] == f"/signin/?next={target}"


def test_the_answer_to_a_form_of_the_account_page_can_be_asked_for_again(client: Client, ada: User) -> None:
    client.force_login(ada)
    for address in ("/account/tokens/", "/account/password/"):
        assert client.get(address).headers["Location"] == "/account/"
