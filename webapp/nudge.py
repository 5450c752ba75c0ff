"""Tells the browsers of a run that something happened. A nudge may be lost: they then learn by asking the database.

Messages are written out on a thread of their own, and a run's nudges leave at least EVERY seconds apart: what comes
faster, such as a backlog that is read in, leaves as one. The first of them never waits.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

EVERY = 0.02  # seconds; below the pace at which a journal is followed, so that only a backlog is joined
LARGEST_PAYLOAD = 64 * 1024
LARGEST_NEWS = 2_000  # values and entries: more of them are not even written out
GROUPS_AT_MOST = 256
GIVES_UP_AFTER = 2.0


NO_LAYER = "none"  # the name of no channel layer


def run_group(run_id: UUID) -> str:
    return f"run.{run_id}"


def person_group(user_id: UUID) -> str:
    return f"person.{user_id}"


async def is_heard() -> bool:
    """Whether the channel layer takes messages at this moment."""
    try:
        await _deliver("anybody", {"type": "anybody"})
        return True
    except (OSError, RedisError):  # TimeoutError is one of the first
        return False


class Nudge(Protocol):
    """What waits to be sent to a group, and how two that wait become one."""

    def joined(self, later: Any) -> "Nudge": ...

    def event(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class News:
    """Numbers ``before`` + 1 to ``last`` of a run are in the database; a browser that has
    ``before`` lacks ``messages``.

    ``size`` counts the values and entries in them.
    """

    before: int
    last: int
    messages: tuple[Callable[[], str], ...]
    size: int

    def joined(self, later: "News") -> "News":
        size = self.size + later.size if later.before == self.last else LARGEST_NEWS + 1
        messages = self.messages + later.messages if size <= LARGEST_NEWS else ()
        return News(min(self.before, later.before), max(self.last, later.last), messages, size)

    def event(self) -> dict[str, Any]:
        """The nudge. A large payload is left out: the browser's consumer reads it from the database instead."""
        payload = [message() for message in self.messages] if self.size <= LARGEST_NEWS else None
        fits = payload is not None and sum(map(len, payload)) <= LARGEST_PAYLOAD
        return {"type": "stream.nudge", "from": self.before, "to": self.last, "messages": payload if fits else None}


@dataclass(frozen=True)
class Call:
    """A message that is only a call to look; of two, one is enough."""

    type: str

    def joined(self, later: "Call") -> "Call":
        return later

    def event(self) -> dict[str, Any]:
        return {"type": self.type}


def tell(run_id: UUID, news: News) -> None:
    """Hand ``news`` to this process's sender and return at once, whatever becomes of it."""
    _sender().submit(run_group(run_id), news)


def call(group: str, kind: str) -> None:
    """Make the sockets of ``group`` look, as for ``tell``."""
    _sender().submit(group, Call(kind))


class _Sender:
    """One event loop on a thread of its own, so that the layer's connection is kept and no caller ever waits for it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._waiting: dict[
            str, Nudge | None
        ] = {}  # by group: what waits; None while what was sent last is younger than EVERY
        self._tasks: set[asyncio.Task[None]] = set()
        threading.Thread(target=self._loop.run_forever, name="nudges", daemon=True).start()

    def submit(self, group: str, news: Nudge) -> None:
        with self._lock:
            if group in self._waiting:
                before = self._waiting[group]
                self._waiting[group] = news if before is None else before.joined(news)
                return
            if len(self._waiting) >= GROUPS_AT_MOST:
                return
            self._waiting[group] = news
        self._loop.call_soon_threadsafe(self._start, group)

    def _start(self, group: str) -> None:
        task = self._loop.create_task(self._send(group))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, group: str) -> None:
        while (news := self._take(group)) is not None:
            with suppress(Exception):  # a lost nudge is no error, whatever the layer's library raises
                await _deliver(group, news.event())
            await asyncio.sleep(EVERY)

    def _take(self, group: str) -> Nudge | None:
        with self._lock:
            news = self._waiting[group]
            self._waiting[group] = None
            if news is None:
                del self._waiting[group]
            return news


async def _deliver(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, message), GIVES_UP_AFTER)


_lock = threading.Lock()
_current: _Sender | None = None


def _sender() -> _Sender:
    """The sender of this process; a fork starts its own, because threads do not survive one."""
    global _current
    with _lock:
        if _current is None or _current.process != os.getpid():
            _current = _Sender()
        return _current
