"""A stored file as a stream of bytes that are hashed while they are read: of a damaged file no client ever gets all
that was announced, and of a part of one nothing that is not right.

Of a whole file the last block is held back until the hash of all is known. For parts the states that SHA-256 has at the
borders of blocks are kept from one whole reading: a block is right if it leads from one state to the next.
"""

import asyncio
import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from io import RawIOBase
from pathlib import Path
from typing import Any

from webapp.artifacts import store
from webapp.artifacts.store import DamagedError

BLOCK = 1024 * 1024  # bytes that are read and sent at once
CHECKED = 4 * BLOCK  # bytes from one kept state to the next, more where a file has more than MOST_STATES times as many
MOST_STATES = 4096
MOST_FILES = 16  # whose states are kept

log = logging.getLogger(__name__)


def whole(sha256: str, size: int) -> AsyncIterator[bytes]:
    """All bytes of a file of ``size`` bytes. Raises MissingError, and DamagedError for another size, at once, and
    DamagedError in place of the last block."""
    path = store.local_path(sha256)
    if path.stat().st_size != size:
        raise _damaged(sha256)
    return _read_ahead(_whole(sha256, size, path))


def part(sha256: str, size: int, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes from ``start`` up to, not including, ``end`` of a file of ``size`` bytes.

    Raises MissingError and DamagedError at once, and DamagedError in place of a block that was damaged since.
    """
    states = _states_of(sha256, size)
    return _read_ahead(_part(sha256, states, start, end, store.local_path(sha256)))


async def _read_ahead(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Blocks that are read and hashed by a thread, each while the one before is sent."""
    next_block = partial(next, blocks, b"")
    coming = asyncio.create_task(asyncio.to_thread(next_block))
    try:
        while block := await coming:
            coming = asyncio.create_task(asyncio.to_thread(next_block))
            yield block
    finally:
        coming.cancel()


def _whole(sha256: str, size: int, path: Path) -> Iterator[bytes]:
    digest, last = hashlib.sha256(), b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(min(BLOCK, size)):
            size -= len(block)
            digest.update(block)
            if last:
                yield last
            last = block
    if digest.hexdigest() != sha256:
        raise _damaged(sha256)
    yield last


def _part(sha256: str, states: "States", start: int, end: int, path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(start - start % states.step)
        for number in range(start // states.step, -(-end // states.step)):
            block, first = _filled(file, states.step), number * states.step
            if not states.lead(number, block):
                raise _damaged(sha256)
            for offset in range(max(0, start - first), min(len(block), end - first), BLOCK):
                yield block[offset : min(offset + BLOCK, end - first)]


def _damaged(sha256: str) -> DamagedError:
    error = DamagedError(sha256)
    log.error("A download was cut off: %s", error)
    return error


@dataclass(frozen=True)
class States:
    """SHA-256 before the first byte and behind each ``step`` bytes, the last behind the end of the file."""

    step: int
    digests: tuple[Any, ...]

    def lead(self, number: int, block: bytes) -> bool:
        """Whether these are the bytes from one state to the next."""
        if number + 1 >= len(self.digests):
            return False
        digest = self.digests[number].copy()
        digest.update(block)
        return bool(digest.digest() == self.digests[number + 1].digest())


_lock = threading.Lock()
_states: OrderedDict[str, Future[States]] = OrderedDict()


def _states_of(sha256: str, size: int) -> States:
    """The states of a file, which is read whole where they are not known. Who asks meanwhile waits. Raises
    ArtifactError."""
    with _lock:
        future, is_there = _states.get(sha256, Future()), sha256 in _states
        _states[sha256] = future
        _states.move_to_end(sha256)
        while len(_states) > MOST_FILES:
            _states.popitem(last=False)
    if not is_there:
        try:
            future.set_result(_read_states(sha256, size))
        except BaseException as error:
            with _lock:
                _states.pop(sha256, None)
            future.set_exception(error)
    return future.result()


def _read_states(sha256: str, size: int) -> States:
    step = CHECKED * max(1, -(-size // (CHECKED * MOST_STATES)))
    digest = hashlib.sha256()
    digests = [digest.copy()]
    with store.local_path(sha256).open("rb", buffering=0) as file:
        while block := _filled(file, step):
            digest.update(block)
            digests.append(digest.copy())
    if digest.hexdigest() != sha256:
        raise _damaged(sha256)
    return States(step, tuple(digests))


def _filled(file: RawIOBase, size: int) -> bytes:
    """The next ``size`` bytes, fewer at the end of the file only."""
    blocks = []
    while size and (block := file.read(size)):
        blocks.append(block)
        size -= len(block)
    return b"".join(blocks)
