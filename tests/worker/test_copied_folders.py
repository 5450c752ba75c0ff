"""What a worker's folder remembers counts for that folder alone: a copy of it takes nobody's name and kills nobody."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from worker import sessions
from worker.folders import Folders


def nobody(name: str) -> bool:
    return False


def everybody(name: str) -> bool:
    return True


def name_of(state: Path, is_alive: Callable[[str], bool]) -> str:
    """The name under which one life of the worker is known."""
    folders = Folders(state)
    try:
        return folders.worker_name(is_alive)
    finally:
        os.close(folders._lock)


def test_a_worker_keeps_its_name_though_its_earlier_life_was_seen_a_moment_ago(tmp_path: Path) -> None:
    first = name_of(tmp_path, nobody)
    assert name_of(tmp_path, everybody) == first


def test_the_worker_of_a_copied_folder_has_a_name_of_its_own_where_the_originals_lives(tmp_path: Path) -> None:
    original = name_of(tmp_path / "original", nobody)
    shutil.copytree(tmp_path / "original", tmp_path / "copy")
    shutil.copytree(tmp_path / "original", tmp_path / "moved")
    copy = name_of(tmp_path / "copy", everybody)
    assert copy != original
    assert name_of(tmp_path / "copy", everybody) == copy
    assert name_of(tmp_path / "moved", nobody) == original
    assert name_of(tmp_path / "original", everybody) == original


@pytest.fixture
def launcher() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_only_the_folder_itself_remembers_its_session(tmp_path: Path, launcher: "subprocess.Popen[bytes]") -> None:
    (tmp_path / "attempt").mkdir()
    sessions.remember(tmp_path / "attempt", launcher.pid)
    shutil.copytree(tmp_path / "attempt", tmp_path / "copy")
    sessions.kill_remembered(tmp_path / "copy")
    assert launcher.poll() is None
    sessions.kill_remembered(tmp_path / "attempt")
    assert launcher.wait(5) == -9
