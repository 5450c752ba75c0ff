"""Which errors of the database are answered with 503: those that end by themselves, and no other."""

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client, RequestFactory

from webapp import addresses, away
from webapp.accounts.models import User
from webapp.home.errors import server_error
from webapp.patience import PATIENCE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("57P01", "5"),
        ("57P02", "5"),
        ("57P03", "5"),
        ("53300", "5"),
        ("08006", "5"),
        ("40001", "1"),
        ("40P01", "1"),
        ("55P03", "1"),
        ("57014", None),
        ("53100", None),
        ("58030", None),
        ("42P01", None),
        ("23505", None),
        ("XX000", None),
    ],
)
def test_an_error_that_ends_by_itself_is_503_and_no_other(state: str, after: str | None) -> None:
    with pytest.raises(DatabaseError) as caught, connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{state}'; END $$")
    problem = away.problem(caught.value)
    assert (problem.headers["Retry-After"] if problem else None) == after


def test_a_mistake_of_ours_is_none_of_them() -> None:
    assert away.problem(ValueError()) is None
    assert away.problem(None) is None


@pytest.mark.parametrize(("setting", "status"), [("lock_timeout", 503), ("statement_timeout", 500)])
@pytest.mark.django_db(transaction=True)
def test_a_page_and_the_api_tell_a_lock_from_a_statement_that_takes_too_long(setting: str, status: int) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("ada"))
    with psycopg.connect(**connection.get_connection_params() | {"context": None, "cursor_factory": None}) as other:
        other.execute("LOCK TABLE runs_run")
        with connection.cursor() as cursor:
            cursor.execute(f"SET {setting} = '50ms'")
        try:
            answers = [client.get(address) for address in ("/runs/", "/api/v1/runs")]
        finally:
            connection.close()
    assert [answer.status_code for answer in answers] == [status, status]
    assert [answer.headers.get("Retry-After") for answer in answers] == (["1", "1"] if status == 503 else [None, None])


@pytest.mark.parametrize("pooled", [True, False])
def test_the_server_ends_what_the_web_server_asks_before_patience_does(pooled: bool) -> None:
    """A lock first, for what waits for one is a statement, too. Workers and commands take their time."""
    parameters = connection.get_connection_params()
    url = f"postgresql://{parameters['user']}:{parameters['password']}@/{parameters['dbname']}"
    options = addresses.database(f"{url}?options=-cwork_mem%3D5MB", pooled=pooled)["OPTIONS"]["options"]
    with psycopg.connect(url, host=parameters["host"], options=options) as other:
        rows = other.execute("SELECT name, setting::int FROM pg_settings WHERE name ~ '^(lock_|statement_time|work_m)'")
        limits: dict[str, int] = dict(rows.fetchall())
    assert limits["work_mem"] == 5 * 1024
    if pooled:
        assert 0 < limits["lock_timeout"] < limits["statement_timeout"] < PATIENCE * 1000
    else:
        assert limits["lock_timeout"] == limits["statement_timeout"] == 0


def test_a_page_that_is_asked_for_again_is_one_of_ours() -> None:
    try:
        raise OperationalError("the database is away")
    except OperationalError:
        answer = server_error(RequestFactory().get("/?q=1", PATH_INFO="//evil.example/x"))
    assert answer.status_code == 503
    assert 'href="/%2Fevil.example/x?q=1"' in answer.content.decode()
