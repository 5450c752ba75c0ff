"""Takes the body of a request in as it arrives, and gives up on a connection that went silent."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import translation

from webapp.datasets.receiver import Receiver
from webapp.pace import SILENCE, Pace

Result = TypeVar("Result")
BLOCK = 4 << 20  # bytes that go to disk together
FLUSHED = (
    8 << 20
)  # bytes after which the disk is asked to catch up, beside further writing: the last fsync then waits for little
STALE = 1.0  # seconds without a byte after which somebody who asks for the offset takes over

_threads = ThreadPoolExecutor(16, "uploads")
_taking: "dict[UUID, Intake]" = {}


async def in_thread(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call what blocks, in the reader's language, with a database connection that goes back afterwards."""
    return await asyncio.get_running_loop().run_in_executor(
        _threads, _call, translation.get_language(), function, arguments
    )


def _call(language: str | None, function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    try:
        with translation.override(language):
            return function(*arguments)
    finally:
        connection.close()


async def interrupt(upload: UUID) -> bool:
    """End a silent connection that still holds ``upload``: whoever asks where it stands wants to go on. True if
    there was one.
    """
    intake = _taking.get(upload)
    if intake is None or not intake.is_stale():
        return False
    intake.give_up()
    await asyncio.wait_for(intake.ended.wait(), SILENCE)
    return True


class Intake:
    """Reads one body and hands it to a receiver, a block at a time while the next one arrives."""

    def __init__(self, upload: UUID, receiver: Receiver, receive: Callable[[], Any]) -> None:
        self._upload = upload
        self._receiver = receiver
        self._receive = receive
        self._parts: list[bytes] = []
        self._size = self._unflushed = 0
        self._writing: asyncio.Future[None] | None = None
        self._flushing: asyncio.Future[None] | None = None
        self._reading = self._is_over = False
        self._last = asyncio.get_running_loop().time()
        self._pace = Pace(settings.LIMITS, self._last)
        self.patience = asyncio.timeout_at(self._pace.deadline)
        self.ended = asyncio.Event()
        _taking[upload] = self

    def end(self) -> None:
        """Say that nothing of this body is still on its way into the upload."""
        if _taking.get(self._upload) is self:
            del _taking[self._upload]
        self.ended.set()

    def give_up(self) -> None:
        """Stop waiting for bytes. What came is still written and acknowledged."""
        self._is_over = True
        if self._reading and not self.patience.expired():
            self.patience.reschedule(0)

    def is_stale(self) -> bool:
        return asyncio.get_running_loop().time() - self._last > STALE

    async def take(self) -> bool | None:
        """True when the body came whole, False when the connection was cut, None when it went silent.

        What came is written either way. Raises what the receiver raises.
        """
        try:
            whole = await self._read()
            await self._hand_over()
            return whole
        finally:
            await self._settle()

    async def _read(self) -> bool | None:
        try:
            async with self.patience:
                self._reading = True
                return await self._read_until_end()
        except TimeoutError:
            return None
        finally:
            self._reading = False

    async def _read_until_end(self) -> bool | None:
        clock = asyncio.get_running_loop().time
        while (message := await self._receive())["type"] == "http.request":
            body = message.get("body", b"")
            self._last = clock()
            self._parts.append(body)
            self._size += len(body)
            self._pace.bring(len(body), self._last)
            if self._size >= BLOCK:
                self.patience.reschedule(None)
                await self._hand_over()
                self._pace.pause(clock() - self._last)
            if not message.get("more_body"):
                return True
            if self._is_over:
                return None
            self.patience.reschedule(self._pace.deadline)
        return False

    async def _hand_over(self) -> None:
        """Give what has gathered to the disk, after what was given before; flat memory rests on this wait."""
        await self._written()
        parts, self._parts = self._parts, []
        self._unflushed += self._size
        self._size = 0
        self._writing = asyncio.ensure_future(in_thread(self._receiver.write, parts))
        if self._unflushed >= FLUSHED and (self._flushing is None or self._flushing.done()):
            self._unflushed = 0
            self._flushing = asyncio.ensure_future(in_thread(self._receiver.flush))

    async def _written(self) -> None:
        if self._writing is not None:
            await asyncio.shield(self._writing)

    async def _settle(self) -> None:
        """Wait for the threads: the file must not be closed under them. Raises what a write raised."""
        if self._flushing is not None:
            await asyncio.shield(self._flushing)
        await self._written()
