"""The content-addressed store: whole or not at all, once for the same content, verified when read."""

import hashlib
import os
from io import BytesIO
from pathlib import Path

import pytest
import xxhash
from django.db import transaction
from django.db.models.functions import Now
from pytest_django import Settings

from tests.attacks import things
from webapp.artifacts import removing, store
from webapp.artifacts.models import Artifact, BlockSums, Edge
from webapp.artifacts.store import ArtifactError, DamagedError, MissingError
from webapp.artifacts.sums import BLOCK, SIZE, Digest
from webapp.datasets import services
from webapp.datasets.models import Dataset

CONTENT = b"weights" * 1000
NAME = hashlib.sha256(CONTENT).hexdigest()
LARGE = os.urandom(2 * BLOCK + 5)
SUMS = b"".join(xxhash.xxh3_64_digest(LARGE[at : at + BLOCK]) for at in range(0, len(LARGE), BLOCK))


@pytest.fixture(autouse=True)
def folder(transactional_db: None, tmp_path: Path, settings: Settings) -> Path:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return tmp_path / "store"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_named_by_its_hash_and_stored_once(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(CONTENT)
    first, second = store.put(path), store.put(BytesIO(CONTENT))
    assert (first, first.sha256, first.size) == (second, NAME, len(CONTENT))
    assert files(folder) == [NAME]
    assert path.exists()
    assert store.put(path, move=True) == first
    assert not path.exists()


def test_a_moved_file_is_renamed_and_not_copied(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(CONTENT)
    number = path.stat().st_ino
    store.put(path, move=True)
    assert store.local_path(NAME).stat().st_ino == number


def test_content_that_is_not_what_was_announced_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactError):
        store.put(BytesIO(b"other"), sha256=NAME)
    assert files(folder) == []
    assert not Artifact.objects.exists()


def test_a_write_that_fails_leaves_nothing(folder: Path) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.put(Broken())
    assert files(folder) == []


@pytest.mark.parametrize("damage", [b"x" + CONTENT[1:], CONTENT[:-1], CONTENT + b"x", b""])
def test_a_damaged_or_missing_file_is_noticed_when_read(folder: Path, damage: bytes) -> None:
    store.put(BytesIO(CONTENT))
    path = store.local_path(NAME)
    assert store.read(NAME) == CONTENT
    untouched = path.stat()
    path.chmod(0o600)
    path.write_bytes(damage)
    os.utime(path, ns=(untouched.st_atime_ns, untouched.st_mtime_ns))
    with pytest.raises(DamagedError, match="damaged"):
        store.read(NAME)
    with pytest.raises(DamagedError, match="damaged"):
        store.verify(NAME)
    path.unlink()
    with pytest.raises(MissingError, match="missing"):
        store.read(NAME)


def test_a_damaged_file_is_replaced_when_its_content_comes_again(folder: Path) -> None:
    store.put(BytesIO(CONTENT))
    path = store.local_path(NAME)
    path.chmod(0o600)
    path.write_bytes(b"x" + CONTENT[1:])
    store.put(BytesIO(CONTENT))
    assert store.local_path(NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("size", [4097, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_hash_and_sums_are_the_same_however_the_bytes_come(size: int) -> None:
    digest = Digest()
    for at in range(0, len(LARGE), size):
        before, digest = digest, digest.copy()
        digest.update(LARGE[at : at + size])
    assert (digest.hexdigest(), digest.sums()) == (hashlib.sha256(LARGE).hexdigest(), SUMS)
    assert before.hexdigest() == hashlib.sha256(LARGE[:at]).hexdigest()
    assert before.sums()[: at // BLOCK * SIZE] == SUMS[: at // BLOCK * SIZE]
    assert len(before.sums()) == -(-at // BLOCK) * SIZE


@pytest.mark.parametrize("way", ["stream", "copy", "move", "bring"])
def test_the_sums_of_a_files_blocks_come_with_it_and_go_with_it(tmp_path: Path, way: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(LARGE)
    if way == "bring":
        file = store.bring(path)
        artifact = store.adopt(file.path, file.sha256, file.sums)
    else:
        artifact = store.put(BytesIO(LARGE) if way == "stream" else path, move=way == "move")
    assert bytes(BlockSums.objects.get().sums) == SUMS
    store.row_of(artifact.sha256)
    assert BlockSums.objects.exists(), "who does not know them took them away"
    removing.delete(artifact.sha256)
    assert not BlockSums.objects.exists()


def test_content_that_comes_again_mends_its_sums(folder: Path) -> None:
    store.put(BytesIO(LARGE))
    BlockSums.objects.update(sums=b"wrong")
    store.put(BytesIO(LARGE))
    assert bytes(BlockSums.objects.get().sums) == SUMS


def test_a_file_of_one_block_needs_no_sums(folder: Path) -> None:
    store.put(BytesIO(LARGE[:BLOCK]))
    assert not BlockSums.objects.exists()


@pytest.mark.parametrize("name", ["../etc/passwd", "", "a" * 63, "A" * 64, NAME + "\n"])
def test_only_hashes_are_names(name: str) -> None:
    with pytest.raises(ArtifactError):
        store.local_path(name)


def test_a_file_goes_with_the_transaction_that_removes_it(folder: Path) -> None:
    store.put(BytesIO(CONTENT))
    with pytest.raises(RuntimeError), transaction.atomic():
        assert removing.delete(NAME)
        raise RuntimeError
    assert files(folder) == [NAME]
    assert removing.delete(NAME)
    assert files(folder) == []


def test_content_that_comes_again_before_the_removal_commits_stays(folder: Path) -> None:
    store.put(BytesIO(CONTENT))
    with transaction.atomic():
        removing.delete(NAME)
        store.put(BytesIO(CONTENT))
    assert store.local_path(NAME).read_bytes() == CONTENT


def test_what_a_run_refers_to_is_not_removed(folder: Path) -> None:
    owned = things.make(things.user("ada"))
    edge = Edge.objects.get(pk=owned.identifiers["export"])
    assert not removing.delete(edge.artifact_id)
    assert store.local_path(edge.artifact_id).exists()


def test_a_data_set_deleted_a_week_ago_goes_for_good_unless_a_run_trained_on_it(folder: Path) -> None:
    ada = things.user("ada")
    owned = things.make(ada)
    unused = services.create_from_sample(owner=ada, sample="digits")
    Dataset.objects.update(deleted="2020-01-01T00:00:00Z")
    assert services.purge() == 1
    assert list(Dataset.objects.values_list("pk", flat=True)) == [owned.identifiers["dataset"]]
    assert not Dataset.objects.filter(pk=unused.pk).exists()
    Dataset.objects.update(deleted=Now())
    assert services.purge() == 0
