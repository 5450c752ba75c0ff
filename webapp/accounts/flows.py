"""What flows for long, down or up, ends when the right to it ends: at a sign-out, a new password, a revoked token."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import django.db
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.http import HttpRequest
from redis.exceptions import RedisError

from webapp import nudge
from webapp.accounts.credentials import Credential

LOOKS_EVERY = 5.0  # seconds between looks at the database, for calls that were lost
DEAF_EVERY = 0.5  # the same without a channel layer
SHORT = 0.1  # seconds in which most answers have flowed; they cost nothing here
JOINS_WITHIN = 2.0

_watches: set[asyncio.Task[None]] = set()


async def while_allowed(request: HttpRequest, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """``parts`` for as long as the person behind ``request`` still may come in.

    Then the task that sends them is cancelled, also while it waits for a slow reader: the connection closes in
    mid-answer, so that nobody takes what came for the whole.
    """
    sending = asyncio.current_task()
    assert sending is not None
    watch(Credential.of_request(request), _person(request), sending, sending.cancel)
    async for part in parts:
        yield part


def watch(credential: Credential, person: UUID, flow: asyncio.Task[Any], end: Callable[[], object]) -> None:
    """Have ``end`` called once ``credential`` opens nothing any more, unless ``flow`` is done before."""
    task = asyncio.create_task(_watch(credential, person, flow, end))
    _watches.add(task)
    task.add_done_callback(_watches.discard)


def _person(request: HttpRequest) -> UUID:
    """By the API's door, or by a page's session."""
    user = getattr(request, "auth", None) or request.user
    return UUID(str(user.pk))


async def _watch(credential: Credential, person: UUID, flow: asyncio.Task[Any], end: Callable[[], object]) -> None:
    """Ends by itself when ``flow`` does; it is never cancelled, so that the channel layer forgets what it began."""
    if (await asyncio.wait({flow}, timeout=SHORT))[0]:
        return
    calls = _Calls(nudge.person_group(person))
    try:
        await calls.join()
        while not flow.done() and await _stands(credential):
            await calls.wait(flow)
    finally:
        await calls.leave()
    if not flow.done():
        end()


async def _stands(credential: Credential) -> bool:
    """Whether it opens something still. While the database is away nobody can tell, and it does."""
    with suppress(django.db.Error):
        return await sync_to_async(_is_good, thread_sensitive=False)(credential)
    return True


def _is_good(credential: Credential) -> bool:
    try:
        return credential.user() is not None
    finally:
        django.db.connection.close()  # back into the pool


class _Calls:
    """The calls to look that reach a group; without a channel layer only the time that passes."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._layer: Any = None
        self._channel = ""
        self._next: asyncio.Task[Any] | None = None

    async def join(self) -> None:
        with suppress(OSError, RedisError):  # TimeoutError is one of the first
            async with asyncio.timeout(JOINS_WITHIN):
                layer: Any = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(self._group, channel)
            self._layer, self._channel = layer, channel
            self._listen()

    def _listen(self) -> None:
        self._next = asyncio.create_task(self._layer.receive(self._channel))

    async def wait(self, flow: asyncio.Task[Any]) -> None:
        """Until the next call, until it is time to look without one, or until nothing flows any more."""
        if self._next is None:
            await asyncio.wait({flow}, timeout=DEAF_EVERY)
            return
        done, _pending = await asyncio.wait(
            {flow, self._next}, timeout=LOOKS_EVERY, return_when=asyncio.FIRST_COMPLETED
        )
        if self._next in done:
            self._listen()

    async def leave(self) -> None:
        if self._next is not None:
            self._next.cancel()
            with suppress(OSError, RedisError):
                await self._layer.group_discard(self._group, self._channel)
