"""Memory of a process that trains: each step frees what the next one asks for again."""

import ctypes
from typing import Any

# Of glibc's mallopt.
TRIM_THRESHOLD, TOP_PAD, MAP_THRESHOLD = -1, -2, -3
KEPT = 2**31 - 1  # bytes that are free and not given back
GROWTH = 64 * 1024 * 1024  # bytes by which the heap grows
MAPPED, MAPPED_BEFORE_2_35 = 1 << 30, 32 * 1024 * 1024  # bytes of a tensor from which it is mapped alone


def keep_freed() -> None:
    """Let glibc keep it, where that is the library. It would give large blocks back and get them again as pages to be
    cleared one by one, which was half the time of a step of a model with eight million weights.
    """
    library: Any = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return
    library.mallopt(TRIM_THRESHOLD, KEPT)
    library.mallopt(TOP_PAD, GROWTH)
    if not library.mallopt(MAP_THRESHOLD, MAPPED):
        library.mallopt(MAP_THRESHOLD, MAPPED_BEFORE_2_35)
