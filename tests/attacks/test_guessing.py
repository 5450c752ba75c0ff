"""Guessing passwords: it is slow, and it locks out nobody but who guesses."""

import pytest
from django.test import Client

from webapp.accounts import browsers, links, throttle
from webapp.accounts.models import SignInFailures, User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
AT_HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD)


def attempt(client: Client, password: str, address: str = ELSEWHERE, name: str = "ada") -> int:
    return client.post("/signin/", {"name": name, "password": password}, REMOTE_ADDR=address).status_code


def guess(times: int, address: str = ELSEWHERE, name: str = "ada") -> list[int]:
    return [attempt(Client(), "a guess", address, name) for _ in range(times)]


def known_browser(address: str = AT_HOME) -> Client:
    """A browser from which ada has signed in before, and out again."""
    client = Client()
    assert attempt(client, PASSWORD, address) == 302
    client.post("/signout/")
    return client


def test_who_guesses_waits_and_the_right_password_does_too_from_there(ada: User) -> None:
    assert guess(throttle.PER_PAIR + 1) == [200] * throttle.PER_PAIR + [429]
    assert attempt(Client(), PASSWORD, name="ADA") == 429
    assert Client().post(links.new_link(ada).removeprefix(links.base_url()), REMOTE_ADDR=ELSEWHERE).status_code == 302


def test_guessing_locks_nobody_out_elsewhere(ada: User) -> None:
    guess(throttle.PER_PAIR + throttle.PER_NAME)
    assert attempt(Client(), PASSWORD, AT_HOME) == 302


def test_guessing_at_one_name_leaves_its_neighbours_their_tries(ada: User) -> None:
    User.objects.create_user("bob", password=PASSWORD)
    guess(throttle.PER_PAIR + throttle.PER_ADDRESS)
    assert attempt(Client(), PASSWORD, ELSEWHERE, "bob") == 302


def test_a_known_browser_gets_in_through_the_very_address_of_the_guesses(ada: User) -> None:
    client = known_browser()
    guess(throttle.PER_PAIR + 1)
    for number in range(throttle.PER_ADDRESS + 1):
        guess(1, name=f"user{number}")
    assert attempt(Client(), PASSWORD) == 429
    assert attempt(client, PASSWORD) == 302


def test_a_known_browser_has_no_endless_tries(ada: User) -> None:
    client = known_browser()
    answers = [attempt(client, "a guess") for _ in range(throttle.PER_BROWSER + throttle.PER_PAIR + 2)]
    assert answers[-3:] == [200, 429, 429]
    assert attempt(Client(), PASSWORD, AT_HOME) == 302


def test_spraying_over_names_has_to_wait(ada: User) -> None:
    answers = [guess(1, name=f"user{number}")[0] for number in range(throttle.PER_ADDRESS + 1)]
    assert answers[-2:] == [200, 429]


def test_guesses_from_many_addresses_become_slow_and_lock_nobody_out(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "PER_NAME", 20)
    client = known_browser()
    assert guess(throttle.PER_PAIR, "203.0.113.1") + guess(throttle.PER_PAIR, "203.0.113.2") == [200] * 20
    assert guess(3, "203.0.113.3") == [200, 200, 429]
    assert guess(3, "203.0.113.4") == [200, 200, 429]
    assert attempt(Client(), "mistyped", AT_HOME) == 200
    assert attempt(Client(), PASSWORD, AT_HOME) == 302
    assert attempt(client, PASSWORD) == 302


def test_one_network_of_ipv6_is_one_address(ada: User) -> None:
    answers = [guess(1, f"2001:db8::{number:x}")[0] for number in range(throttle.PER_PAIR + 1)]
    assert answers[-1] == 429
    assert guess(1, "2001:db8:0:1::1") == [200]
    assert guess(throttle.PER_PAIR, "::ffff:192.0.2.1")[-1] == 200
    assert guess(1, "192.0.2.1") == [429]


def test_success_gives_back_only_its_own_try(ada: User) -> None:
    for number in range(throttle.PER_ADDRESS - 1):
        guess(1, name=f"user{number}")
    assert attempt(Client(), PASSWORD) == 302
    assert guess(2, name="another") == [200, 429]


def test_counts_of_long_ago_are_forgotten(ada: User) -> None:
    guess(1)
    SignInFailures.objects.update(since="2020-01-01T00:00:00Z")
    guess(1, AT_HOME, "bob")
    assert SignInFailures.objects.count() == 3


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_lets_nobody_in(ada: User) -> None:
    client = known_browser()
    cookie = client.cookies[browsers.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    assert ada.username not in cookie.value and ada.password not in cookie.value
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("change", ["password", "everywhere", "forged", "another name"])
def test_a_cookie_that_no_longer_proves_anything_is_worth_nothing(ada: User, change: str) -> None:
    client, name = known_browser(), "ada"
    if change == "password":
        ada.set_password(PASSWORD)
        ada.save()
    elif change == "everywhere":
        other = Client()
        other.force_login(ada)
        other.post("/signout/everywhere/")
    elif change == "forged":
        client.cookies[browsers.COOKIE] = client.cookies[browsers.COOKIE].value[:-1] + "x"
    else:
        name = User.objects.create_user("bob", password=PASSWORD).username
    guess(throttle.PER_PAIR + 1, name=name)
    assert attempt(client, PASSWORD, name=name) == 429


def test_after_a_new_password_the_browser_that_chose_it_is_known(ada: User) -> None:
    client = Client()
    attempt(client, PASSWORD, AT_HOME)
    client.post("/account/password/", {"old": PASSWORD, "new": "another good one", "again": "another good one"})
    client.post("/signout/")
    guess(throttle.PER_PAIR + 1)
    assert attempt(client, "another good one") == 302


def test_guesses_from_outside_do_not_keep_a_person_from_changing_the_password(ada: User) -> None:
    client = Client()
    attempt(client, PASSWORD, AT_HOME)
    guess(throttle.PER_PAIR + 1)
    change = {"old": PASSWORD, "new": "another good one", "again": "another good one"}
    assert client.post("/account/password/", change, REMOTE_ADDR=ELSEWHERE).status_code == 302
    assert ada.__class__.objects.get(pk=ada.pk).check_password("another good one")
