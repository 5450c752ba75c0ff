"""The two proofs of a file's bytes, taken in one pass: SHA-256, which names it and stands for all of it, and a sum of
each block, by which a part of it is checked thirty times as fast.

The sums tell damage, not an attacker: who can write into the store can write anything that its readers believe.
"""

import hashlib
from pathlib import Path
from typing import BinaryIO

import xxhash

from webapp.artifacts.models import Artifact, BlockSums

BLOCK = 1 << 20  # bytes; sums in the database are of blocks of this size, the last of a file may be shorter
SIZE = 8  # bytes of a sum: XXH3 with 64 bits, which takes random damage for right once in 2**64 blocks


def of_block(block: bytes) -> bytes:
    """The sum of one block."""
    return xxhash.xxh3_64_digest(block)


def of_artifact(sha256: str) -> bytes:
    """The sums of a stored file's blocks; none where no reading has left any yet, nor for a file of one block."""
    row = BlockSums.objects.filter(pk=sha256).first()
    return bytes(row.sums) if row else b""


def keep(artifact: Artifact, sums: bytes) -> None:
    """Have later downloads checked by these, which a reading yielded that was right by SHA-256. The caller holds the
    lock on the file's name. A file of one block needs none: it is read at once, and by SHA-256.
    """
    if len(sums) > SIZE:
        BlockSums.objects.bulk_create(
            [BlockSums(artifact=artifact, sums=sums)],
            update_conflicts=True,
            unique_fields=["artifact"],
            update_fields=["sums"],
        )


class Digest:
    """SHA-256 and the sums of bytes that come one after the other, in pieces of any size."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._full = bytearray()
        self._block = xxhash.xxh3_64()
        self._room = BLOCK

    def update(self, piece: bytes | memoryview) -> None:
        """Add bytes."""
        self._sha256.update(piece)
        rest = memoryview(piece)
        while rest:
            part, rest = rest[: self._room], rest[self._room :]
            self._block.update(part)
            self._room -= len(part)
            if not self._room:
                self._full += self._block.digest()
                self._block.reset()
                self._room = BLOCK

    def hexdigest(self) -> str:
        """SHA-256 of all bytes up to now."""
        return self._sha256.hexdigest()

    def sums(self) -> bytes:
        """The sums of all blocks up to now, SIZE bytes each."""
        return bytes(self._full) + (self._block.digest() if self._room < BLOCK else b"")

    def copy(self) -> "Digest":
        """The same, to go on by itself."""
        other = Digest()
        other._sha256, other._block = self._sha256.copy(), self._block.copy()
        other._full, other._room = self._full.copy(), self._room
        return other


def of_file(path: Path) -> Digest:
    """Read all of a file. Raises OSError."""
    digest, buffer = Digest(), bytearray(BLOCK)
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            digest.update(memoryview(buffer)[:count])
    return digest


def copy(source: BinaryIO, target: Path) -> Digest:
    """Write what is left of a stream into a new file. Raises OSError."""
    digest = Digest()
    with target.open("xb", buffering=0) as stream:
        while block := source.read(BLOCK):
            digest.update(block)
            view = memoryview(block)
            while view:
                view = view[stream.write(view) :]
    return digest
