"""What stands in a backup, what is refused of one, and what comes back out of it."""

import errno
import hashlib
import os
import random
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as ours
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from tests.attacks import things
from tests.faults.lab import on_database
from tests.yard import ROOT, environment_of
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact, BlockSums
from webapp.backup import manifest, marker, restoring, saving, tables
from webapp.backup.archive import Archive, Draft, Kind
from webapp.backup.errors import BackupError
from webapp.backup.manifest import Manifest
from webapp.datasets.models import Upload
from webapp.datasets.receiver import Receiver

Change = Callable[[Manifest], Manifest]
Rows = dict[str, bytes]
BYTES = b"half of a file"


def quiet(sentence: str) -> None:
    """Nobody watches."""


@pytest.fixture
def instance(transactional_db: None, tmp_path: Path, settings: Settings) -> things.Things:
    """A person's objects of every kind, with stored files and half an upload, in a state folder."""
    settings.STATE, settings.STORAGE_URL = tmp_path / "state", f"file://{tmp_path}/state/artifacts"
    (tmp_path / "state" / "attempts").mkdir(parents=True)
    (tmp_path / "state" / "attempts" / "worker-name").write_text("machine-1\n")
    objects = things.make(things.user("ada"))
    with Receiver(Upload.objects.get(pk=objects.identifiers["upload"]), 0) as receiver:
        receiver.write([BYTES])
        receiver.commit()
        receiver.write([b"not acknowledged"])
    BlockSums.objects.create(artifact=Artifact.objects.earliest("pk"), sums=bytes(range(256)))
    return objects


@pytest.fixture
def backup(instance: things.Things, tmp_path: Path) -> Path:
    path = tmp_path / "backup.tar"
    assert not saving.save(path, quiet).missing
    return path


@pytest.fixture
def elsewhere(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Path]:
    """An empty database and the state folder to restore into: what is called within works on them."""
    settings.STATE, settings.STORAGE_URL = tmp_path / "new", f"file://{tmp_path}/new/artifacts"
    (tmp_path / "new").mkdir()
    with psycopg.connect(make_conninfo(ours.DATABASE_URL, dbname="postgres"), autocommit=True) as maintenance:
        maintenance.execute("CREATE DATABASE trainyard_restored")
        try:
            url = ours.DATABASE_URL.replace("/trainyard?", "/trainyard_restored?")
            monkeypatch.setenv("DATABASE_URL", url)
            with on_database(url):
                yield tmp_path / "new"
        finally:
            maintenance.execute("DROP DATABASE trainyard_restored WITH (FORCE)")


@pytest.fixture
def before(instance: things.Things) -> Rows:
    return all_rows()


def all_rows() -> Rows:
    """Every table but those that say who works now."""
    contents = {shape.name: b"".join(tables.rows(shape)) for shape in tables.shapes(tables.ours())}
    return {name: rows for name, rows in contents.items() if not name.startswith("workers_")}


def rewritten(path: Path, change: Change, rows: Callable[[str, bytes], bytes] = lambda name, rows: rows) -> Path:
    """A backup as somebody would make it up: whole, with another manifest or other rows."""
    target = path.with_name("changed.tar")
    with Archive.reading(path) as source, Draft.open(target, lambda size: None) as draft:
        _, contents = manifest.read(source)
        names = {table.sha256: table.name for table in contents.tables}
        new = {}
        for entry in source.entries()[:-1]:
            content = b"".join(source.blocks(entry))
            content = rows(names[entry.sha256], content) if entry.kind == Kind.TABLE else content
            new[entry.sha256] = draft.add(entry.kind, [content]).sha256
        parts = tuple(table.model_copy(update={"sha256": new[table.sha256]}) for table in contents.tables)
        contents = change(contents.model_copy(update={"tables": parts}))
        draft.add(Kind.MANIFEST, [contents.model_dump_json().encode()])
        draft.seal()
    return target


def refused(path: Path, words: str) -> None:
    """Restoring it is refused, and changes nothing."""
    before = sorted(Path(ours.STATE).rglob("*"))
    with pytest.raises(BackupError, match=words):
        restoring.restore(path, quiet)
    assert {file.name for file in Path(ours.STATE).rglob("*") if file not in before} <= {
        "up.lock",
        "children.lock",
        "secrets",
        "django",
    }


@pytest.fixture
def empty(backup: Path, tmp_path: Path, settings: Settings) -> Path:
    """The settings name a new state folder; ``backup`` stands beside it."""
    settings.STATE, settings.STORAGE_URL = tmp_path / "new", f"file://{tmp_path}/new/artifacts"
    (tmp_path / "new").mkdir()
    return tmp_path / "new"


def test_everything_comes_back_in_another_database_and_folder(
    instance: things.Things, before: Rows, backup: Path, elsewhere: Path
) -> None:
    restoring.restore(backup, quiet)
    assert all_rows() == before
    files = list(Artifact.objects.values_list("pk", flat=True))
    assert files
    assert all(store.local_path(name).is_relative_to(elsewhere) for name in files)
    upload = Upload.objects.get(pk=instance.identifiers["upload"])
    assert upload.offset == len(BYTES)
    with Receiver(upload, upload.offset) as receiver:
        receiver.write([b"the rest"])
    things.make(things.user("bob"))  # new rows get new numbers
    assert (elsewhere / "secrets" / "django").read_text() == ours.SECRET_KEY
    assert (elsewhere / "attempts" / "worker-name").read_text().strip() == "machine-1"
    refused(backup, "is not empty. Restore into a new folder")
    for name in files:
        store.verify(name)


def test_a_backup_is_its_owners_alone_and_a_tar_that_others_can_list(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with tarfile.open(backup) as archive:
        names = archive.getnames()
        first = archive.extractfile(names[0])
        assert first is not None
        assert hashlib.sha256(first.read()).hexdigest() == names[0].partition("/")[2]
    assert not list(backup.parent.glob("*.part"))
    assert not list(store.incoming().glob("pins-*"))


def test_a_file_that_exists_is_not_overwritten(instance: things.Things, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_text("mine")
    with pytest.raises(BackupError, match="exists"):
        saving.save(tmp_path / "backup.tar", quiet)
    assert (tmp_path / "backup.tar").read_text() == "mine"


def test_what_is_damaged_or_missing_is_named_and_the_rest_is_saved(
    instance: things.Things, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged, gone = (store.put(BytesIO(content)).sha256 for content in (b"to be damaged", b"to be lost"))
    store.local_path(damaged).chmod(0o600)
    store.unverified_path(damaged).write_bytes(b"to be demaged")
    store.unverified_path(gone).unlink()
    with pytest.raises(SystemExit, match="1"):
        call_command("backup", str(tmp_path / "backup.tar"))
    errors = capsys.readouterr().err
    assert f"{damaged}: it is damaged" in errors
    assert f"{gone}: it is missing" in errors
    with Archive.reading(tmp_path / "backup.tar") as archive:
        _, contents = manifest.read(archive)
    assert {*contents.missing} == {damaged, gone}
    assert {*contents.files, *contents.missing} == set(Artifact.objects.values_list("pk", flat=True))


def test_a_backup_that_was_cut_off_anywhere_goes_on_and_copies_nothing_again(
    backup: Path, instance: things.Things, tmp_path: Path
) -> None:
    content = backup.read_bytes()
    part = tmp_path / "again.tar.part"
    with Archive.reading(backup) as archive:
        files = [entry for entry in archive.entries() if entry.kind == Kind.FILE]
    for name in (files[0].sha256, files[1].sha256):
        store.unverified_path(name).rename(tmp_path / name)  # what is copied again is missing now
    for cut in (files[1].end, files[1].end + 100, len(content) // 2, len(content) - 700, len(content)):
        part.write_bytes(content[: max(cut, files[1].end)])
        assert not saving.save(tmp_path / "again.tar", quiet).missing
        assert stat.S_IMODE((tmp_path / "again.tar").stat().st_mode) == 0o600
        (tmp_path / "again.tar").unlink()


def test_a_backup_cut_off_or_with_any_bit_flipped_is_refused_and_leaves_nothing(backup: Path, empty: Path) -> None:
    content, dice = backup.read_bytes(), random.Random(27)
    for place in dice.sample(range(len(content)), 30):
        backup.write_bytes(content[:place] + bytes([content[place] ^ 1 << dice.randrange(8)]) + content[place + 1 :])
        refused(backup, "damaged|no backup")
        backup.write_bytes(content[:place])
        refused(backup, "damaged|no backup")


@pytest.mark.parametrize(
    "name", ["../outside", "/tmp/outside", "files/../../outside", "files/" + "a" * 63, "sparse", "link"]
)
def test_a_tar_of_somebody_elses_is_refused(name: str, empty: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        facts = tarfile.TarInfo(name if "/" in name else f"files/{hashlib.sha256(b'').hexdigest()}")
        facts.type = {"link": tarfile.SYMTYPE, "sparse": tarfile.GNUTYPE_SPARSE}.get(name, tarfile.REGTYPE)
        facts.linkname = "/etc/passwd" if name == "link" else ""
        archive.addfile(facts)
    refused(tmp_path / "other.tar", "no backup")
    assert not (tmp_path / "outside").exists()


def test_files_that_are_no_tar_and_a_pipe_are_refused(empty: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("hello" * 1000)
    for name in ("text", "pipe"):
        with pytest.raises((BackupError, OSError)):
            restoring.restore(tmp_path / name, quiet)
    with pytest.raises(CommandError, match="No such file"):
        call_command("restore", str(tmp_path / "nothing"))


def test_a_file_that_claims_more_than_there_is_room_for_is_refused(backup: Path, empty: Path) -> None:
    with Draft.open(empty.parent / "huge.tar", lambda size: None) as draft:
        draft.add(Kind.FILE, [b"x"])
        entry = draft.entries()[0]
        os.pwrite(draft._file, type(entry)(entry.kind, entry.sha256, 0, 1 << 60).header(), 0)
        draft.seal()
    refused(empty.parent / "huge.tar", "no backup")


def test_a_folder_that_is_not_empty_is_refused_and_stays_as_it_is(backup: Path, empty: Path) -> None:
    (empty / "artifacts" / "ab").mkdir(parents=True)
    refused(backup, "is not empty. Restore into a new folder")
    assert (empty / "artifacts" / "ab").exists()


def test_a_backup_whose_parts_do_not_belong_together_is_refused_runs_nothing_and_leaves_nothing(
    backup: Path, elsewhere: Path
) -> None:
    changes: list[tuple[str, Callable[[Manifest], dict[str, Any]]]] = [
        ("newer release", lambda contents: {"migrations": (*contents.migrations, ("runs", "9999_later"))}),
        ("lacks 1 files", lambda contents: {"files": contents.files[1:]}),
        ("A part of", lambda contents: {"files": ("0" * 64,)}),
        ("other tables", lambda contents: {"tables": contents.tables[1:]}),
        ("other tables", lambda contents: {"migrations": contents.migrations[:3]}),
    ]
    for words, change in changes:
        refused(rewritten(backup, partial(_altered, change)), words)
    for rows in (b"\\.\nDROP TABLE runs_run;\n", b"one cell\n", b"\xff\xfe\n"):
        refused(rewritten(backup, same, partial(_replaced, rows)), "not fit")
    assert not tables.existing()
    restoring.restore(backup, quiet)


def _altered(change: Callable[[Manifest], dict[str, Any]], contents: Manifest) -> Manifest:
    return contents.model_copy(update=change(contents))


def same(contents: Manifest) -> Manifest:
    return contents


def _replaced(rows: bytes, name: str, before: bytes) -> bytes:
    return rows if name == "runs_run" else before


def test_a_backup_of_an_earlier_release_is_brought_to_this_one(backup: Path, elsewhere: Path) -> None:
    last = ("api", "0002_times_of_the_database")

    def earlier(contents: Manifest) -> Manifest:
        return contents.model_copy(update={"migrations": tuple(name for name in contents.migrations if name != last)})

    def without(name: str, rows: bytes) -> bytes:
        lines = rows.splitlines(keepends=True)
        return b"".join(
            line for line in lines if name != tables.RECORDS or any(part.encode() not in line for part in last)
        )

    restoring.restore(rewritten(backup, earlier, without), quiet)
    assert last in tables.migrations()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_default FROM information_schema.columns "
            "WHERE (table_name, column_name) = ('api_keyedrequest', 'created')"
        )
        assert cursor.fetchone()[0], "what the last migration changes was not changed"


def cut_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full behind the first file that is restored."""
    place, count = restoring._place, iter(range(2))

    def full(*arguments: Any) -> None:
        if next(count):
            raise OSError(errno.ENOSPC, "No space left on device")
        place(*arguments)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(restoring, "_place", full)
        restoring.restore(path, quiet)
    assert marker.is_there(Path(ours.STATE))


@pytest.fixture
def migrated(elsewhere: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A restore was cut off, and the deployment has made the tables since."""
    cut_off(backup, monkeypatch)
    call_command("migrate", verbosity=0)
    yield elsewhere
    ContentType.objects.clear_cache()  # it knows numbers of this database


def test_rows_come_back_where_tables_were_made_behind_a_restore_that_was_cut_off(
    before: Rows, backup: Path, migrated: Path
) -> None:
    restoring.restore(backup, quiet)
    assert all_rows() == before
    assert not marker.is_there(migrated)


def test_rows_that_a_restore_did_not_put_there_are_refused_until_they_are_gone(
    before: Rows, backup: Path, migrated: Path
) -> None:
    stranger = things.user("eve")
    for _ in range(2):
        with pytest.raises(BackupError, match="not empty: it has rows"):
            restoring.restore(backup, quiet)
        assert marker.is_there(migrated)
    assert User.objects.get() == stranger
    stranger.delete()
    restoring.restore(backup, quiet)
    assert all_rows() == before


def test_a_restore_that_was_killed_behind_its_commit_keeps_what_came_since(
    backup: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(marker, "remove", interrupted)
        restoring.restore(backup, quiet)
    things.user("eve")
    restoring.restore(backup, quiet)
    assert User.objects.filter(username="eve").exists()
    assert not marker.is_there(elsewhere)


def interrupted(state: Path) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("place", ["store", "database"])
def test_a_restore_goes_on_only_where_it_was_begun_and_takes_nothing_from_others(
    place: str, backup: Path, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    cut_off(backup, monkeypatch)
    begun = settings.STORAGE_URL
    foreign = tmp_path / "foreign" / "ab" / ("ab" * 32)
    foreign.parent.mkdir(parents=True)
    foreign.write_text("somebody else's")
    with monkeypatch.context() as patch:
        if place == "store":
            settings.STORAGE_URL = f"file://{tmp_path}/foreign"
        else:
            patch.setitem(connection.settings_dict, "NAME", "trainyard_foreign")
        refused(backup, "was begun with the store .*new/artifacts and the database trainyard_restored")
    assert foreign.read_text() == "somebody else's"
    settings.STORAGE_URL = begun
    restoring.restore(backup, quiet)


def test_what_others_put_beside_a_backup_that_is_refused_stays(
    backup: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfit = rewritten(backup, same, partial(_replaced, b"one cell\n"))
    cut_off(unfit, monkeypatch)
    foreign = {store.root() / "ab" / ("ab" * 32), store.root() / "incoming" / "upload-1", elsewhere / "attempts" / "1"}
    for file in foreign:
        file.parent.mkdir(exist_ok=True)
        file.write_text("somebody else's")
    with pytest.raises(BackupError, match="not fit"):
        restoring.restore(unfit, quiet)
    assert {file for file in (*store.root().rglob("*"), *elsewhere.glob("attempts/*")) if file.is_file()} == foreign
    assert not marker.is_there(elsewhere)


def test_a_mark_of_another_release_is_refused(backup: Path, empty: Path) -> None:
    (empty / marker.NAME).write_text("0" * 64)
    refused(backup, "cannot be read: another release")


@pytest.mark.parametrize(
    "command", [["webapp.serve", "127.0.0.1:0"], ["celery", "-A", "worker.app", "worker"]], ids=["web", "worker"]
)
def test_nothing_starts_where_a_restore_is_not_finished(command: list[str], tmp_path: Path) -> None:
    (tmp_path / marker.NAME).touch()
    process = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment_of(tmp_path),
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert "begun and is not finished. Give the same command again" in process.stderr


def test_a_worker_without_a_name_has_an_empty_one_in_the_backup(instance: things.Things, tmp_path: Path) -> None:
    (Path(ours.STATE) / "attempts" / "worker-name").write_text("")
    saving.save(tmp_path / "backup.tar", quiet)
    with Archive.reading(tmp_path / "backup.tar") as archive:
        assert manifest.read(archive)[1].worker == ""
