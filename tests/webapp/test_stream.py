"""The stream of a run: what a browser gets, live and after being away. Real PostgreSQL, real Valkey."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections, transaction
from pytest_django import Settings

from tests.webapp.sockets import Socket
from webapp import nudge
from webapp.accounts.models import User
from webapp.metrics.codec import Batch, Points
from webapp.runs import consumers, replay, stream
from webapp.runs.models import Kind, Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_connection_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads of a websocket's session would keep theirs beyond the last test."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


@pytest.fixture
def person() -> User:
    return User.objects.create_user("ada", password="a long password")


@pytest.fixture
def run(person: User) -> Run:
    return make_run(person)


def make_run(owner: User) -> Run:
    return Run.objects.create(owner=owner, name="digits", kind=Kind.TRAIN, spec={}, devices_needed=1)


def points(first: int, count: int = 1, name: str = "train/loss") -> Batch:
    steps = np.arange(first, first + count)
    numbers = steps.astype(np.float64)
    return {name: Points(steps, 1.0 / (numbers + 1), 1.7e9 + numbers)}


def record(run: Run, **what: Any) -> int:
    with transaction.atomic():
        return stream.record(run.pk, **what)


def signed_in(person: User) -> SessionStore:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session


def socket(run: Run, session: SessionStore | None, after: int | str = 0, **options: str) -> Socket:
    cookie = f"trainyard_session={session.session_key}" if session else ""
    return Socket(f"/ws/runs/{run.pk}/?after={after}", cookie, **options)


class Browser:
    """Reads a socket the way socket.js does: keeps its position, refuses gaps, ignores what it has."""

    def __init__(self, socket: Socket | None, position: int = 0) -> None:
        self.socket = socket
        self.position = position
        self.steps: list[int] = []
        self.types: list[str] = []

    async def read(self, until: int) -> None:
        assert self.socket is not None
        while self.position < until:
            self.take(json.loads(await self.socket.read()))

    def take_all(self, messages: list[str]) -> None:
        for message in messages:
            self.take(json.loads(message))

    def take(self, message: dict[str, Any]) -> None:
        self.types.append(message["type"])
        if message["type"] == "hello" or message["seq"] <= self.position:
            return
        assert message["from"] <= self.position, "something is missing"
        if message["type"] == "rewind":
            self.steps = [step for step in self.steps if step <= message["body"]["step"]]
        if message["type"] == "snapshot":
            self.steps = []
        self.steps += message.get("series", {}).get("train/loss", {}).get("steps", [])
        self.position = message["seq"]


async def opened(run: Run, person: User) -> tuple[Browser, Socket]:
    connection = socket(run, await in_thread(signed_in)(person))
    assert await connection.connect()
    return Browser(connection), connection


def in_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """``function`` on another thread, which keeps no connection that the end of the tests would wait for."""

    def closing(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        finally:
            connection.close()

    return sync_to_async(closing)


async def test_a_browser_sees_the_run_move_while_the_channel_layer_is_away(
    run: Run, person: User, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": ["unix:///nowhere.sock"]}}
    }
    browser, connection = await opened(run, person)
    for step in (1, 2):
        await browser.read(await in_thread(record)(run, batch=points(step)))
    assert browser.steps == [1, 2]
    await connection.leave()


def test_numbers_are_given_in_order_and_roll_back_with_their_transaction(run: Run) -> None:
    assert record(run, entries=[("log", {"message": "one"}), ("log", {"message": "two"})]) == 2
    with transaction.atomic():
        stream.record(run.pk, batch=points(0))
        transaction.set_rollback(True)
    assert record(run, batch=points(0)) == 3


def test_replay_tells_points_and_entries_in_the_order_they_happened(run: Run) -> None:
    record(run, batch=points(0, 3))
    record(run, entries=[("log", {"message": "halfway", "params": {"loss": float("nan")}})])
    record(run, batch=points(3, 2))
    told = [json.loads(message) for message in replay.since(run.pk, 0).messages]
    assert [(message["type"], message["seq"]) for message in told] == [("points", 1), ("log", 2), ("points", 3)]
    assert told[1]["body"]["params"] == {"loss": "NaN"}


def test_a_browser_that_was_away_gets_exactly_the_gap_also_from_sealed_chunks(run: Run) -> None:
    for flush in range(300):
        record(run, batch=points(flush * 7, 7))
    for after in (0, 1, 120, 146, 147, 299, 300):
        browser = Browser(None, after)
        browser.take_all(replay.since(run.pk, after).messages)
        assert browser.steps == list(range(after * 7, 2100))
        assert browser.position == 300


def test_a_rewind_reaches_those_who_were_away(run: Run) -> None:
    record(run, batch=points(0, 50))
    browser = Browser(None)
    browser.take_all(replay.since(run.pk, 0).messages)
    record(run, batch=points(50, 50))
    record(run, rewind=30, batch=points(31, 10))
    browser.take_all(replay.since(run.pk, browser.position).messages)
    assert browser.steps == list(range(41))


def test_progress_is_told_but_not_kept_and_leaves_no_hole(run: Run) -> None:
    record(run, batch=points(0), entries=[("progress", {"step": 1})])
    told = [json.loads(message) for message in replay.since(run.pk, 0).messages]
    assert [(message["type"], message["seq"]) for message in told] == [("points", 1), ("progress", 2)]


def test_a_huge_gap_is_answered_with_a_snapshot_that_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    record(run, batch=points(0, 60_000), entries=[("log", {"message": "long"})])
    (text,) = replay.since(run.pk, 0).messages
    message = json.loads(text)
    assert (message["type"], message["from"], message["seq"]) == ("snapshot", 0, 2)
    assert message["series"]["train/loss"]["count"] == 60_000
    assert len(message["series"]["train/loss"]["steps"]) <= replay.SNAPSHOT_POINTS
    assert [entry["type"] for entry in message["entries"]] == ["log"]


def test_a_number_that_was_never_given_is_named_and_answered_with_a_snapshot_of_all(run: Run) -> None:
    record(run, batch=points(0, 10))
    message = json.loads(replay.since(run.pk, 99).messages[0])
    assert (message["type"], message["unknown"], message["from"], message["seq"]) == ("snapshot", 99, 0, 1)


async def test_a_socket_asked_for_what_comes_after_a_number_that_was_never_given_says_so(
    run: Run, person: User
) -> None:
    await in_thread(record)(run, batch=points(0, 10))
    socket_ = socket(run, await in_thread(signed_in)(person), after=99)
    assert await socket_.connect()
    hello = json.loads(await socket_.read())
    assert (hello["type"], hello["unknown"], hello["seq"]) == ("hello", 99, 0)
    browser = Browser(socket_)
    await browser.read(1)
    assert browser.steps == list(range(10))
    await in_thread(record)(run, batch=points(10, 1))
    await browser.read(2)
    await socket_.leave()


async def test_a_number_that_exists_is_not_called_unknown(run: Run, person: User) -> None:
    await in_thread(record)(run, batch=points(0, 10))
    socket_ = socket(run, await in_thread(signed_in)(person), after=1)
    assert await socket_.connect()
    hello = json.loads(await socket_.read())
    assert (hello["seq"], "unknown" in hello) == (1, False)
    await socket_.leave()


async def test_numbers_that_fell_while_a_socket_was_open_are_told_as_a_new_beginning(
    run: Run, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "ASKS_EVERY", 0.1)
    await in_thread(record)(run, batch=points(0, 10))
    browser, socket_ = await opened(run, person)
    await browser.read(await in_thread(record)(run, batch=points(10, 1)))
    await Run.objects.filter(pk=run.pk).aupdate(stream=1)  # as after a restore
    message = json.loads(await socket_.read())
    assert (message["type"], message["unknown"], message["seq"]) == ("snapshot", 2, 1)
    await socket_.leave()


async def test_what_was_missed_then_what_is_new_each_once(run: Run, person: User) -> None:
    await in_thread(record)(run, batch=points(0, 5))
    browser, socket_ = await opened(run, person)
    await browser.read(1)
    for flush in range(1, 40):
        await in_thread(record)(run, batch=points(flush * 5, 5))
    await browser.read(40)
    assert browser.steps == list(range(200))
    assert browser.types[0] == "hello"
    await socket_.leave()


async def test_a_lost_nudge_is_made_up_for(run: Run, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "ASKS_EVERY", 0.2)
    browser, socket_ = await opened(run, person)
    with monkeypatch.context() as patch:
        patch.setattr("webapp.nudge.tell", lambda run_id, news: None)
        await in_thread(record)(run, batch=points(0, 3))
    await browser.read(1)
    await in_thread(record)(run, batch=points(3, 3))
    await browser.read(2)
    assert browser.steps == list(range(6))
    await socket_.leave()


def test_news_that_wait_are_joined_and_what_is_too_much_is_not_even_written_out() -> None:
    def unwanted() -> str:
        raise AssertionError

    one, two = nudge.News(0, 1, (lambda: "a",), 1), nudge.News(1, 2, (lambda: "b",), 1)
    assert one.joined(two).event() == {"type": "stream.nudge", "from": 0, "to": 2, "messages": ["a", "b"]}
    for much in (nudge.News(2, 3, (unwanted,), nudge.LARGEST_NEWS), nudge.News(5, 6, (unwanted,), 1)):
        event = one.joined(two).joined(much).event()
        assert (event["from"], event["to"], event["messages"]) == (0, much.last, None)


async def test_a_viewer_that_does_not_read_costs_one_slot_and_then_gets_everything(run: Run, person: User) -> None:
    browser, socket_ = await opened(run, person)
    slot = consumers.Slot()
    for number in range(10_000):
        slot.put({"from": number, "to": number + 1, "messages": ["x" * 1000]})
    assert slot.take() == (0, 10_000, None)
    for flush in range(50):
        await in_thread(record)(run, batch=points(flush, 1))
    await browser.read(50)
    assert browser.steps == list(range(50))
    await socket_.leave()


async def test_a_hidden_page_gets_one_frame_a_second(run: Run, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HIDDEN_EVERY", 0.5)
    browser, socket_ = await opened(run, person)
    await socket_.say('{"type": "visible", "value": false}')
    await asyncio.sleep(0.1)
    for flush in range(20):
        await in_thread(record)(run, batch=points(flush, 1))
    await browser.read(20)
    assert browser.types.count("points") <= 3
    assert browser.steps == list(range(20))
    await socket_.leave()


async def test_it_refuses_strangers_foreign_people_and_foreign_origins(run: Run, person: User) -> None:
    stranger = await User.objects.acreate(username="eve")
    session, other = await in_thread(signed_in)(person), await in_thread(signed_in)(stranger)
    for foreign in ("http://evil.example", "null"):
        assert not await socket(run, session, origin=foreign).connect()
    for attempt, code in (
        (socket(run, None), consumers.NOT_ALLOWED),
        (socket(run, other), consumers.NOT_ALLOWED),
        (socket(run, session, after="-1"), consumers.BAD_MESSAGE),
        (socket(run, session, after="9" * 400), consumers.BAD_MESSAGE),
    ):
        assert await attempt.connect(), "only of a socket that was open does a browser learn the code"
        assert await attempt.output() == {"type": "websocket.close", "code": code}


async def test_a_change_that_reaches_a_refused_socket_is_none_of_its_business(
    run: Run, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave = consumers.RunConsumer._leave

    async def late(self: consumers.RunConsumer) -> None:
        await self.person_changed({"type": "person.changed"})
        await leave(self)

    monkeypatch.setattr(consumers.RunConsumer, "_leave", late)
    stranger = socket(run, None)
    assert await stranger.connect()
    assert await stranger.closed() == consumers.NOT_ALLOWED


async def test_one_person_has_no_endless_number_of_sockets(
    run: Run, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MOST_OPEN", 1)
    _, first = await opened(run, person)
    _, second = await opened(run, person)
    assert await second.closed() == consumers.TRY_LATER
    await first.leave()
    browser, third = await opened(run, person)
    await browser.read(await in_thread(record)(run, batch=points(1)))
    await third.leave()


async def test_sockets_that_open_at_once_are_counted_one_by_one(
    run: Run, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MOST_OPEN", 2)
    session = await in_thread(signed_in)(person)
    sockets = [socket(run, session) for _ in range(6)]
    await asyncio.gather(*(one.connect() for one in sockets))
    first = [await one.output() for one in sockets]
    refused = [message for message in first if message == {"type": "websocket.close", "code": consumers.TRY_LATER}]
    assert len(refused) == 4
    await asyncio.gather(*(one.leave() for one in sockets))


async def test_a_socket_that_could_not_be_accepted_is_not_counted_and_hears_nothing(
    run: Run, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []

    async def gone(self: consumers.RunConsumer) -> None:
        left.extend(self.groups_joined)
        raise ConnectionResetError

    monkeypatch.setattr(consumers, "MOST_OPEN", 1)
    with monkeypatch.context() as patched:
        patched.setattr(consumers.RunConsumer, "accept", gone)
        with pytest.raises(ConnectionResetError):
            await socket(run, await in_thread(signed_in)(person)).connect()
    assert left == [nudge.run_group(run.pk), nudge.person_group(person.pk)]
    layer = get_channel_layer()
    assert layer is not None and not any(layer.groups.get(group) for group in left)
    browser, another = await opened(run, person)
    await browser.read(await in_thread(record)(run, batch=points(1)))
    await another.leave()


async def test_a_run_taken_away_closes_the_socket(run: Run, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "ASKS_EVERY", 0.1)
    _, socket_ = await opened(run, person)
    await socket_.read()
    await User.objects.filter(pk=person.pk).aupdate(is_active=False)
    assert await socket_.closed() == consumers.NOT_ALLOWED


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 150, '{"type": "visible", "value": 1}', "x" * 5000])
async def test_anything_but_visibility_closes_the_socket(run: Run, person: User, text: str) -> None:
    _, socket_ = await opened(run, person)
    await socket_.read()
    await socket_.say(text)
    assert await socket_.closed() == consumers.BAD_MESSAGE


def test_a_channel_layer_that_is_away_does_not_fail_the_caller(run: Run, settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["unix:///nowhere/valkey.sock"]},
        }
    }
    assert [record(run, batch=points(flush)) for flush in range(3)] == [1, 2, 3]
