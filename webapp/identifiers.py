"""Opaque identifiers that sort by the time they were made."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0  # milliseconds of the identifier before


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits. Each is larger than this
    process's last (section 6.2), also where somebody puts the clock back."""
    global _last
    with _lock:
        milliseconds = _last = max(_last + 1, time.time_ns() // 1_000_000)
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | 0x7 << 76 | (random >> 64 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return uuid.UUID(int=value)
