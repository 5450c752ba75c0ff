"""Files that a backup copies stay readable, whoever removes them meanwhile."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection

from tests.webapp.test_store import CONTENT, NAME
from tests.webapp.test_store import folder as folder
from webapp.artifacts import pins, removing, store


def remove() -> bool:
    try:
        return removing.delete(NAME)
    finally:
        connection.close()


def test_who_removes_a_file_leaves_it_to_who_must_find_all_of_them_and_waits_for_nobody(folder: Path) -> None:
    store.put(BytesIO(CONTENT))
    with ThreadPoolExecutor(1) as thread, removing.all_stay():
        assert thread.submit(remove).result(10)
        assert store.unverified_path(NAME).read_bytes() == CONTENT
        with pins.pins() as holder:
            pinned = holder.pin(store.unverified_path(NAME))
    assert removing.remove_if_unknown(NAME), "as the daily sweep does"
    assert not store.unverified_path(NAME).exists()
    assert pinned is not None
    assert not pinned.exists()


def test_what_is_pinned_is_read_after_it_was_removed(folder: Path) -> None:
    store.put(BytesIO(CONTENT))
    with pins.pins() as holder:
        pinned = holder.pin(store.unverified_path(NAME))
        assert removing.delete(NAME)
        assert pinned is not None
        assert pinned.read_bytes() == CONTENT
        assert pins.remove_abandoned() == 0


def test_pins_of_a_process_that_was_killed_are_removed(folder: Path) -> None:
    (store.incoming() / "bare-2").mkdir()
    (store.incoming() / "pins-1").mkdir()
    (store.incoming() / "pins-1" / NAME).write_bytes(CONTENT)
    assert pins.remove_abandoned() == 2
    assert list(store.incoming().iterdir()) == []


def test_a_sweep_just_before_the_lock_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, sweeps = fcntl.flock, iter([pins.remove_abandoned])

    def late(descriptor: int, operation: int) -> None:
        for sweep in sweeps if operation == fcntl.LOCK_SH else ():
            assert sweep() == 1
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    store.put(BytesIO(CONTENT))
    with pins.pins() as holder:
        assert holder.pin(store.unverified_path(NAME)) is not None
    assert list(store.incoming().iterdir()) == []
