"""The websocket of a run: what the browser lacks, then what is new, each thing once and in order.

A nudge of the channel layer only fills one slot; a task of its own sends. So a browser that reads slowly, or
never, costs one payload of memory and slows nobody: once it can take more, it gets what it missed from the
database, or a snapshot.
"""

import asyncio
import json
import time
from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import django.db
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from redis.exceptions import RedisError

from webapp import nudge
from webapp.runs import replay
from webapp.runs.models import Run
from webapp.runs.viewer import Viewer

ASKS_EVERY = 5.0  # seconds between looks at the database: for lost nudges, and whether the person may still see the run
DEAF_EVERY = 0.5  # the same without a channel layer
HIDDEN_EVERY = 1.0
SEND_WITHIN = 60.0
JOINED_AT_MOST = 32  # messages; the database gives more of them as one
LARGEST_MESSAGE = 200
NOT_ALLOWED, BAD_MESSAGE, TOO_SLOW, TRY_LATER = 4403, 4400, 4408, 1013


MOST_OPEN = 200  # sockets of one person on this server
_open: Counter[Any] = Counter()


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """``/ws/runs/<uuid>/?after=N``. The browser may send ``{"type": "visible", "value": bool}`` and nothing else."""

    position: int
    viewer: Viewer
    person: Any  # whose socket this is, while it is counted
    groups_joined: list[str]

    async def __call__(self, *arguments: Any) -> None:
        """A channel layer that is away is done without: nudges are only hints, so the database is asked
        more often instead.
        """
        if not await nudge.is_heard():
            self.channel_layer_alias = nudge.NO_LAYER
        await super().__call__(*arguments)

    async def connect(self) -> None:
        self.slot, self.wake, self.visible, self.sender = Slot(), asyncio.Event(), True, None
        self.person, self.groups_joined = None, []
        self.viewer = Viewer.of(self.scope)
        after = _after(self.scope["query_string"])
        self.position = after or 0
        self.asks_every = ASKS_EVERY if self.channel_layer else DEAF_EVERY
        try:
            refusal = BAD_MESSAGE if after is None else await self._refusal()
            await self.accept()  # a refused one too: a browser learns the code only of a socket that was open
        except BaseException:  # goes on; nobody calls ``disconnect`` of a socket that was never open
            await self._leave()
            raise
        if refusal is None:
            self.sender = asyncio.create_task(self._send_until_closed())
        else:
            await self._leave()
            await self.close(refusal)

    async def disconnect(self, code: int) -> None:
        if self.sender is not None:
            self.sender.cancel()
        await self._leave()

    async def _refusal(self) -> int | None:
        """The code by which this socket is refused, or None. It hears of changes before the last look, so that
        none falls between."""
        try:
            user = await _in_thread(self.viewer.user)
            if user is None:
                return NOT_ALLOWED
            if not self._is_one_of_few(user.pk):
                return TRY_LATER
            await self._join(nudge.run_group(self.viewer.run_id), nudge.person_group(user.pk))
            return NOT_ALLOWED if await _in_thread(self.viewer.stream) is None else None
        except django.db.Error:
            return TRY_LATER

    def _is_one_of_few(self, person: Any) -> bool:
        """Count this socket in, unless the person has so many; nothing is waited for between the look and the count."""
        if _open[person] >= MOST_OPEN:
            return False
        _open[person] += 1
        self.person = person
        return True

    async def _join(self, *groups: str) -> None:
        for group in groups if self.channel_layer else ():
            self.groups_joined.append(group)
            await self.channel_layer.group_add(group, self.channel_name)

    async def _leave(self) -> None:
        if self.person is not None:
            _open[self.person] -= 1
            self.person = None
        with suppress(OSError, RedisError):  # a layer that is away forgets by itself
            while self.groups_joined:
                await self.channel_layer.group_discard(self.groups_joined.pop(), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        value = _visibility(text_data)
        if value is None:
            await self.close(BAD_MESSAGE)
            return
        self.visible = value
        self.wake.set()

    async def stream_nudge(self, event: dict[str, Any]) -> None:
        self.slot.put(event)
        self.wake.set()

    async def person_changed(self, event: dict[str, Any]) -> None:
        """The person signed out somewhere, or their rights changed: look at once, whatever the sender waits for."""
        if self.sender is None:  # it was refused, and this was on its way
            return
        try:
            code = NOT_ALLOWED if await _in_thread(self.viewer.stream) is None else None
        except django.db.Error:
            code = TRY_LATER
        if code is not None and not self.sender.done():
            self.sender.cancel()
            await self.close(code)

    async def _send_until_closed(self) -> None:
        with suppress(OSError):  # the viewer has gone, which the server may learn sooner than we are told
            await self._send_or_close()

    async def _send_or_close(self) -> None:
        try:
            hello, self.position = await _in_thread(replay.hello, self.viewer.run_id, self.position)
            await self._say(hello)
            await self._catch_up()
            asked_at = time.monotonic()
            while True:
                await self._awake(asked_at + self.asks_every)
                if time.monotonic() >= asked_at + self.asks_every:
                    await self._ask()
                    asked_at = time.monotonic()
                await self._tell()
                if not self.visible:
                    await asyncio.sleep(HIDDEN_EVERY)
        except Run.DoesNotExist:
            await self.close(NOT_ALLOWED)
        except TimeoutError:
            await self.close(TOO_SLOW)
        except django.db.Error:  # the database is away: the browser tries again, and goes on where it was
            await self.close(TRY_LATER)

    async def _awake(self, until: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), max(0.0, until - time.monotonic()))
        self.wake.clear()

    async def _ask(self) -> None:
        """Whether this person may still see the run, and whether a nudge was lost."""
        last = await _in_thread(self.viewer.stream)
        if last is None:
            await self.close(NOT_ALLOWED)
            raise asyncio.CancelledError
        if last != self.position and self.slot.first is None:
            await self._catch_up()

    async def _tell(self) -> None:
        """Pass the slot's content on if the browser stands right before it, else read what lies between."""
        first, last, payload = self.slot.take()
        if first is None or last <= self.position:
            return
        if first != self.position or payload is None or not self.visible:
            await self._catch_up()
            return
        for message in payload:
            await self._say(message)
        self.position = last

    async def _catch_up(self) -> None:
        lacking = await _in_thread(replay.since, self.viewer.run_id, self.position)
        for message in lacking.messages:
            await self._say(message)
        self.position = lacking.last

    async def _say(self, message: str) -> None:
        await asyncio.wait_for(self.send(message), SEND_WITHIN)


class Slot:
    """The nudges that came since the last send, as one: joined while they follow each other and stay small."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.last = 0
        self._payload: list[str] | None = None

    def put(self, event: dict[str, Any]) -> None:
        if self.first is None:
            self.first, self.last, self._payload = event["from"], event["to"], event["messages"]
            return
        joined = self._payload is not None and event["messages"] is not None and event["from"] == self.last
        payload = [*(self._payload or ()), *(event["messages"] or ())]
        small = len(payload) <= JOINED_AT_MOST and sum(map(len, payload)) <= nudge.LARGEST_PAYLOAD
        self._payload = payload if joined and small else None
        self.last = max(self.last, event["to"])

    def take(self) -> tuple[int | None, int, list[str] | None]:
        content = (self.first, self.last, self._payload)
        self.first, self._payload = None, None
        return content


def _after(query: bytes) -> int | None:
    """The number in ``after=N``: 0 when left out, None when it is no such number."""
    text = parse_qs(query.decode("latin-1")).get("after", ["0"])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _visibility(text: str | None) -> bool | None:
    if text is None or len(text) > LARGEST_MESSAGE:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_valid = isinstance(message, dict) and message.get("type") == "visible" and isinstance(message.get("value"), bool)
    return message["value"] if is_valid else None


async def _in_thread(function: Any, *arguments: Any) -> Any:
    """Run ``function`` on any free thread: viewers of different runs do not queue behind each other's reads."""
    return await sync_to_async(_with_connection, thread_sensitive=False)(function, *arguments)


def _with_connection(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    finally:
        django.db.connection.close()  # back into the pool
