"""Tells the browsers of a run that something happened. A nudge may be lost: they then learn by asking the database."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

LARGEST_PAYLOAD = 64 * 1024
WAITING_AT_MOST = 256
GIVES_UP_AFTER = 2.0


def run_group(run_id: UUID) -> str:
    return f"run.{run_id}"


def person_group(user_id: UUID) -> str:
    return f"person.{user_id}"


def send_stream(run_id: UUID, before: int, last: int, messages: list[str]) -> None:
    """Numbers ``before`` + 1 to ``last`` of a run are in the database; a browser that has ``before`` lacks ``messages``.

    A large payload is left out: the browser's consumer reads it from the database instead.
    """
    fits = sum(map(len, messages)) <= LARGEST_PAYLOAD
    payload = messages if fits else None
    send(run_group(run_id), {"type": "stream.nudge", "from": before, "to": last, "messages": payload})


def send(group: str, message: dict[str, Any]) -> None:
    """Hand ``message`` to this process's sender and return at once, whatever becomes of it."""
    _sender().submit(group, message)


class _Sender:
    """One event loop on a thread of its own, so that the layer's connection is kept and no caller ever waits for it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._waiting = 0
        threading.Thread(target=self._loop.run_forever, name="nudges", daemon=True).start()

    def submit(self, group: str, message: dict[str, Any]) -> None:
        if self._waiting < WAITING_AT_MOST:
            self._waiting += 1
            self._loop.call_soon_threadsafe(self._start, self._deliver(group, message))

    def _start(self, delivery: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(delivery)
        task.add_done_callback(self._delivered)

    def _delivered(self, task: "asyncio.Task[None]") -> None:
        self._waiting -= 1
        if not task.cancelled():
            task.exception()  # read, so that asyncio doesn't report it: a lost nudge is no error

    async def _deliver(self, group: str, message: dict[str, Any]) -> None:
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
