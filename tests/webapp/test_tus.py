"""The tus protocol, spoken to a real server."""

import base64
import hashlib
import os
import socket
import time
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from tests.live import Live
from tests.webapp.test_store import LARGE, SUMS
from tests.webapp.test_texts import german
from webapp.artifacts import store
from webapp.artifacts.models import BlockSums
from webapp.datasets import intake, receiver, uploads
from webapp.datasets.models import Upload

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
CONTENT = os.urandom(300_000)


def begin(client: httpx.Client, length: int, name: str = "digits.zip", **headers: str) -> str:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = client.post(
        "/api/v1/uploads", headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata, **headers}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def patch(client: httpx.Client, address: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    return client.patch(address, content=content, headers={**BYTES, "Upload-Offset": str(offset), **headers})


def offset(client: httpx.Client, address: str) -> int:
    return int(client.head(address, headers=TUS).headers["Upload-Offset"])


def row(address: str) -> Upload:
    return Upload.objects.get(pk=address.rsplit("/", 1)[1])


def raw_patch(live: Live, client: httpx.Client, address: str, at: int, length: int, content: bytes) -> socket.socket:
    """Send the head of a PATCH that promises ``length`` bytes, and only ``content`` of them."""
    connection = socket.create_connection(live.socket.getsockname())
    head = (
        f"PATCH {address} HTTP/1.1\r\nHost: 127.0.0.1:{live.socket.getsockname()[1]}\r\n"
        f"Authorization: {client.headers['Authorization']}\r\nTus-Resumable: 1.0.0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode() + content)
    return connection


def wait_for(condition: object, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_an_upload_in_pieces_becomes_an_artifact_named_by_its_hash(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    for start in range(0, len(CONTENT), 100_000):
        answer = patch(client, address, start, CONTENT[start : start + 100_000])
        assert answer.status_code == 204, answer.text
        assert int(answer.headers["Upload-Offset"]) == start + 100_000
    whole = row(address)
    assert whole.state == Upload.State.COMPLETE
    assert whole.name == "digits.zip"
    assert whole.artifact is not None
    assert whole.artifact.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert store.local_path(whole.artifact.sha256).read_bytes() == CONTENT
    assert not uploads.path(whole).exists()


def test_creation_may_carry_the_first_bytes_and_an_empty_file_is_whole_at_once(live: Live) -> None:
    client = live.client()
    first = client.post(
        "/api/v1/uploads", content=CONTENT[:1000], headers={**BYTES, "Upload-Length": str(len(CONTENT))}
    )
    assert (first.status_code, first.headers["Upload-Offset"]) == (201, "1000")
    assert offset(client, first.headers["Location"]) == 1000
    assert row(begin(client, 0)).state == Upload.State.COMPLETE


def test_the_same_key_begins_one_upload(live: Live) -> None:
    client = live.client()
    assert begin(client, 10, **{"Idempotency-Key": "k"}) == begin(client, 10, **{"Idempotency-Key": "k"})
    assert Upload.objects.count() == 1


def test_options_tell_what_is_spoken(live: Live) -> None:
    answer = live.client().options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "checksum",
        "expiration",
    }
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_cut_connection_keeps_what_came_and_the_upload_goes_on_from_there(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    connection = raw_patch(live, client, address, 0, len(CONTENT), CONTENT[:123_456])
    wait_for(lambda: intake._taking)
    connection.close()
    wait_for(lambda: offset(client, address) == 123_456)
    assert patch(client, address, 123_456, CONTENT[123_456:]).status_code == 204
    assert row(address).sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_what_waits_for_a_slow_disk_when_the_client_goes_is_kept_too(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BLOCK", 10_000)
    write = receiver.Receiver.write

    def slowly(self: receiver.Receiver, parts: list[bytes]) -> None:
        time.sleep(0.3)
        write(self, parts)

    monkeypatch.setattr(receiver.Receiver, "write", slowly)
    client = live.client()
    address = begin(client, len(CONTENT))
    connection = raw_patch(live, client, address, 0, len(CONTENT), b"")
    for start in range(0, 60_000, 20_000):
        connection.sendall(CONTENT[start : start + 20_000])
        time.sleep(0.05)
    connection.close()
    wait_for(lambda: offset(client, address) == 60_000)


def test_what_came_is_kept_when_the_servers_task_is_cancelled(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    connection = raw_patch(live, client, address, 0, len(CONTENT), CONTENT[:200_000])
    wait_for(lambda: any(one._size == 200_000 for one in intake._taking.values()))
    live.cancel_requests()
    wait_for(lambda: not intake._taking)
    assert offset(client, address) == 200_000
    connection.close()


def test_a_silent_connection_gives_way_to_whoever_asks_for_the_offset(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "STALE", 0.1)
    client = live.client()
    address = begin(client, len(CONTENT))
    silent = raw_patch(live, client, address, 0, len(CONTENT), CONTENT[:50_000])
    time.sleep(0.5)
    assert offset(client, address) == 50_000
    assert b"408" in silent.recv(100)
    assert patch(client, address, 50_000, CONTENT[50_000:]).status_code == 204


def test_two_connections_cannot_write_one_upload(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    first = raw_patch(live, client, address, 0, len(CONTENT), CONTENT[:10])
    wait_for(lambda: intake._taking)
    assert patch(client, address, 0, CONTENT).status_code == 423
    first.sendall(CONTENT[10:])
    assert b"204" in first.recv(100)
    assert row(address).sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_a_wrong_checksum_is_refused_and_its_bytes_are_thrown_away(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    for algorithm in ("sha1", "sha256"):
        right = base64.b64encode(hashlib.new(algorithm, CONTENT[:1000]).digest()).decode()
        wrong = patch(client, address, 0, CONTENT[1:1001], **{"Upload-Checksum": f"{algorithm} {right}"})
        assert wrong.status_code == 460
        assert "Send them again" in wrong.json()["detail"]
        assert offset(client, address) == 0
        assert uploads.path(row(address)).stat().st_size == 0
    assert patch(client, address, 0, CONTENT[:1000], **{"Upload-Checksum": f"sha256 {right}"}).status_code == 204
    assert patch(client, address, 1000, CONTENT[1000:]).status_code == 204
    assert row(address).sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_the_hash_is_taken_again_from_the_file_after_a_restart(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    patch(client, address, 0, CONTENT[:1000])
    receiver._hashes.clear()
    with uploads.path(row(address)).open("ab") as file:
        file.write(b"never acknowledged")
    assert patch(client, address, 1000, CONTENT[1000:]).status_code == 204
    assert row(address).sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_the_sums_of_an_uploads_blocks_are_taken_while_it_comes_and_after_a_restart(live: Live) -> None:
    client = live.client()
    address = begin(client, len(LARGE))
    patch(client, address, 0, LARGE[:1_500_000])
    receiver._hashes.clear()
    patch(client, address, 1_500_000, LARGE[1_500_000:2_000_000])
    patch(client, address, 2_000_000, LARGE[2_000_000:])
    assert bytes(BlockSums.objects.get(artifact=row(address).artifact).sums) == SUMS


def test_an_upload_that_a_crash_left_unfinished_is_finished_by_the_next_question(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = live.client()
    address = begin(client, len(LARGE))
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "finish", lambda upload, _sums=b"": upload)
        patch(client, address, 0, LARGE)
    assert row(address).state == Upload.State.RECEIVING
    store.adopt(
        uploads.path(row(address)), row(address).sha256
    )  # as if the server died between the rename and the commit
    assert offset(client, address) == len(LARGE)
    assert row(address).state == Upload.State.COMPLETE
    assert bytes(BlockSums.objects.get().sums) == SUMS


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Upload-Offset": "5"}, 409),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "٣"}, 400),
        ({"Content-Type": "text/plain"}, 415),
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Checksum": "md5 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 not base64"}, 400),
        ({"Upload-Checksum": "sha1 é"}, 400),
    ],
)
def test_a_wrong_header_is_refused_with_a_sentence(live: Live, change: dict[str, str], status: int) -> None:
    client = live.client()
    address = begin(client, 100)
    headers = {name.encode(): value.encode() for name, value in {**BYTES, "Upload-Offset": "0", **change}.items()}
    answer = client.patch(address, content=b"x" * 50, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")
    assert offset(client, address) == 0


def test_a_name_that_is_not_base64_is_refused_with_a_sentence(live: Live) -> None:
    headers = {b"Upload-Length": b"5", b"Upload-Metadata": b"filename \xe9", b"Tus-Resumable": b"1.0.0"}
    answer = live.client().post("/api/v1/uploads", headers=headers)
    assert answer.status_code == 400 and "base64" in answer.json()["detail"]


def test_bytes_for_an_upload_that_is_whole_hear_that_it_moved_on(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    patch(client, address, 0, CONTENT)
    assert patch(client, address, 0, CONTENT).status_code == 409
    assert patch(client, address, 100, CONTENT[100:]).status_code == 409
    assert offset(client, address) == len(CONTENT)


def test_bytes_that_come_while_the_last_are_adopted_hear_that_it_moved_on(live: Live) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    before = row(address)
    patch(client, address, 0, CONTENT)
    with pytest.raises(uploads.UploadError) as refusal:
        receiver.Receiver(before, 0)
    assert refusal.value.status == 409


def test_more_bytes_than_announced_are_refused(live: Live) -> None:
    client = live.client()
    address = begin(client, 100)
    assert patch(client, address, 0, b"x" * 101).status_code == 413
    unknown_length = client.patch(
        address, content=iter([b"x" * 60, b"y" * 60]), headers={**BYTES, "Upload-Offset": "0"}
    )
    assert unknown_length.status_code == 413
    assert offset(client, address) == 0


@pytest.mark.parametrize("length", ["9" * 18, "9" * 19, "9" * 5000])
def test_a_length_beyond_any_disk_is_too_large_however_many_digits_it_has(live: Live, length: str) -> None:
    answer = live.client().post("/api/v1/uploads", headers={**TUS, "Upload-Length": length})
    assert (answer.status_code, "at most 1024 GiB" in answer.json()["detail"]) == (413, True)


def test_a_number_with_zeros_before_it_is_that_number(live: Live) -> None:
    client = live.client()
    assert row(begin(client, 10, **{"Upload-Length": "0" * 30 + "10"})).length == 10


def test_an_offset_beyond_any_disk_is_refused_like_a_smaller_one(live: Live) -> None:
    client = live.client()
    address = begin(client, 10)
    assert {patch(client, address, at, b"x").status_code for at in (11, 10**40)} == {413}


@pytest.mark.parametrize(
    ("setting", "value", "status"),
    [("LARGEST", 99, 413), ("QUOTA", 99, 413), ("MOST_OPEN", 0, 413), ("SPARE", 1 << 60, 507)],
)
def test_an_upload_over_a_limit_does_not_begin(
    live: Live, monkeypatch: pytest.MonkeyPatch, setting: str, value: int, status: int
) -> None:
    monkeypatch.setattr(uploads, setting, value)
    answer = live.client().post("/api/v1/uploads", headers={**TUS, "Upload-Length": "100"})
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")


def test_a_full_disk_is_a_sentence_and_keeps_what_was_acknowledged(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    client = live.client()
    address = begin(client, len(CONTENT))
    patch(client, address, 0, CONTENT[:1000])

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", full)
        answer = patch(client, address, 1000, CONTENT[1000:])
    assert answer.status_code == 507
    assert "room" in answer.json()["detail"]
    assert offset(client, address) == 1000


def test_termination_removes_the_bytes(live: Live) -> None:
    client = live.client()
    address = begin(client, 100)
    patch(client, address, 0, b"x" * 50)
    path = uploads.path(row(address))
    assert client.delete(address, headers=TUS).status_code == 204
    assert not path.exists()
    assert client.head(address, headers=TUS).status_code == 410
    whole = begin(client, 4)
    patch(client, whole, 0, b"abcd")
    assert client.delete(whole, headers=TUS).status_code == 204
    assert not store._path(hashlib.sha256(b"abcd").hexdigest()).exists()


def test_a_method_may_be_named_in_a_header(live: Live) -> None:
    client = live.client()
    address = begin(client, 4)
    answer = client.post(
        address, content=b"abcd", headers={**BYTES, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    )
    assert answer.status_code == 204
    assert row(address).state == Upload.State.COMPLETE


def test_abandoned_uploads_expire(live: Live) -> None:
    client = live.client()
    old, young = begin(client, 100), begin(client, 100)
    Upload.objects.filter(pk=row(old).pk).update(changed="2020-01-01T00:00:00Z")
    stray = store.incoming() / "upload-00000000000000000000000000000000"
    stray.touch()
    os.utime(stray, (0, 0))
    path = uploads.path(row(old))
    assert uploads.expire() == 1
    assert not path.exists()
    assert not stray.exists()
    assert uploads.path(row(young)).exists()


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\a.csv", "a.csv"),
        ("a\0b\n\u202ecsv.exe", "abcsv.exe"),
        ("..", "upload"),
        ("", "upload"),
        ("数字.csv", "数字.csv"),
        ("x" * 300 + ".gz", "x" * 197 + ".gz"),
    ],
)
def test_names_are_cleaned(sent: str, name: str) -> None:
    assert uploads.clean_name(sent) == name


def test_what_was_told_of_a_file_is_given_back_as_it_came(live: Live) -> None:
    client, told = live.client(), f"filename {base64.b64encode(b'../a.csv').decode()},taken dG9kYXk=,draft"
    address = begin(client, 10, **{"Upload-Metadata": told})
    assert client.head(address, headers=TUS).headers["Upload-Metadata"] == told


def test_a_refusal_is_in_the_language_that_is_asked_for(live: Live, tmp_path: Path, settings: Settings) -> None:
    english = ["There is no such upload. Begin it again.", "Send the header %(header)s with a number of bytes."]
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    with german(tmp_path, settings, {english[0]: "Diese Datei ist nicht da.", english[1]: "Es fehlt %(header)s."}):
        pass  # the catalogue stays
    client = live.client(**{"Accept-Language": "de"})
    assert (
        client.patch("/api/v1/uploads/x", headers={**BYTES, "Upload-Offset": "0"}).json()["detail"]
        == "Diese Datei ist nicht da."
    )
    assert client.post("/api/v1/uploads", headers=TUS).json()["detail"] == "Es fehlt Upload-Length."
    assert (
        client.post("/api/v1/uploads", headers={**TUS, "Accept-Language": "en"})
        .json()["detail"]
        .startswith("Send the header")
    )
