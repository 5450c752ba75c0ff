"""A stored file as a stream of bytes, each block of which is compared with its sum before it is sent: of a damaged file
no client ever gets all that was announced, nor a block that is not right.

Where no reading has left sums yet, as for a file that came in with a backup, the first one is checked by SHA-256 and
leaves them. Of a file that is sent meanwhile the last block is held back until that is done.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

import django.db

from webapp import database_pool
from webapp.artifacts import store, sums
from webapp.artifacts.store import DamagedError, MissingError
from webapp.artifacts.sums import BLOCK, Digest

log = logging.getLogger(__name__)


def whole(sha256: str, size: int) -> AsyncIterator[bytes]:
    """All bytes of a file of ``size`` bytes. Asks the database, and lets go of it.

    Raises MissingError, and DamagedError for another size or a damaged first block, at once, and DamagedError in place
    of a later block.
    """
    path, block_sums = _path(sha256, size), sums.of_artifact(sha256)
    database_pool.give_back()  # sending may take long
    return _begun(_compared(sha256, path, block_sums, 0, size) if block_sums else _hashed(sha256, size, path))


def part(sha256: str, size: int, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes from ``start`` up to, not including, ``end`` of a file of ``size`` bytes; otherwise as `whole`.

    Without sums it first reads the whole file, and raises DamagedError wherever that is damaged.
    """
    path = _path(sha256, size)
    block_sums = sums.of_artifact(sha256) or _first_reading(sha256)
    database_pool.give_back()
    return _begun(_compared(sha256, path, block_sums, start, end))


def _path(sha256: str, size: int) -> Path:
    path = store.local_path(sha256)
    if path.stat().st_size != size:
        raise _damaged(sha256)
    return path


def _first_reading(sha256: str) -> bytes:
    database_pool.give_back()  # it may take long
    try:
        block_sums = store.verify(sha256)
    except DamagedError:
        raise _damaged(sha256) from None
    _keep(sha256, block_sums)
    return block_sums


def _begun(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The first block is checked before the answer begins, which can say still what is wrong."""
    return _read_ahead(chain([next(blocks)], blocks))


async def _read_ahead(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Blocks that are read and checked by a thread, each while the one before is sent."""
    next_block = partial(next, blocks, b"")
    coming = asyncio.create_task(asyncio.to_thread(next_block))
    try:
        while block := await coming:
            coming = asyncio.create_task(asyncio.to_thread(next_block))
            yield block
    finally:
        coming.cancel()


def _compared(sha256: str, path: Path, block_sums: bytes, start: int, end: int) -> Iterator[bytes]:
    first, last = start // BLOCK, (end - 1) // BLOCK
    with path.open("rb") as file:  # its reads are full ones
        file.seek(first * BLOCK)
        for number in range(first, last + 1):
            block, begin = file.read(BLOCK), number * BLOCK
            if sums.of_block(block) != block_sums[number * sums.SIZE : (number + 1) * sums.SIZE]:
                raise _damaged(sha256)
            yield block[max(0, start - begin) : end - begin]  # all of a block is that block, not a copy


def _hashed(sha256: str, size: int, path: Path) -> Iterator[bytes]:
    digest, last = Digest(), b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(min(BLOCK, size)):
            size -= len(block)
            digest.update(block)
            if last:
                yield last
            last = block
    if digest.hexdigest() != sha256:
        raise _damaged(sha256)
    _keep(sha256, digest.sums())
    yield last


def _keep(sha256: str, block_sums: bytes) -> None:
    """For the next download. This one goes on where the database is away or the file has gone."""
    try:
        with suppress(MissingError, django.db.Error):
            store.row_of(sha256, block_sums)
    finally:
        database_pool.give_back()


def _damaged(sha256: str) -> DamagedError:
    error = DamagedError(sha256)
    log.error("A download was cut off: %s", error)
    return error
