"""Stored files over HTTP: whole, in part, conditional, damaged, and read slowly."""

import hashlib
import socket
import time
from contextlib import suppress
from io import BytesIO
from typing import Any

import httpx
import pytest
from django.db import connection

from tests.attacks import things
from tests.live import Live
from tests.trainer.test_damage import flip
from webapp.artifacts import store
from webapp.artifacts.models import BlockSums, Edge
from webapp.artifacts.sums import BLOCK

CONTENT = bytes(range(256)) * 20_000
PARTS: tuple[dict[str, str], ...] = ({}, {"Range": "bytes=5-"})


def address(content: bytes) -> str:
    """Where a file of ada's is downloaded."""
    ada = things.make(things.user("ada"))
    artifact = store.put(BytesIO(content))
    edge = Edge.objects.create(
        run_id=ada.identifiers["run"],
        artifact=artifact,
        direction="output",
        role="export",
        name='m"odel é.onnx',
        meta={"format": "onnx"},
    )
    return f"/api/v1/exports/{edge.pk}/download"


@pytest.fixture
def download(live: Live) -> Any:
    """Asks for a file of five megabytes over HTTP."""
    client, url = live.client("ada"), address(CONTENT)
    return lambda verb="GET", **headers: client.request(
        verb, url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_who_takes_long_to_read_a_file_keeps_no_connection_to_the_database(live: Live) -> None:
    little = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    reader = httpx.Client(transport=little, headers=live.client("ada").headers, timeout=30)
    with reader, reader.stream("GET", live.url + address(bytes(20_000_000))) as answer:
        next(answer.iter_raw(1024))
        deadline = time.monotonic() + 5
        while sessions_of_others():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def sessions_of_others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_a_file_is_downloaded_whole_or_in_part(download: Any) -> None:
    tag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    whole = download()
    assert (whole.status_code, whole.content, whole.headers["ETag"]) == (200, CONTENT, tag)
    assert whole.headers["Content-Disposition"].startswith("attachment; filename")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    head = download("HEAD")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(CONTENT)))
    for sent, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=5000000-", 5_000_000, len(CONTENT)),
        ("bytes=-7", -7, None),
        ("bytes=0-99999999999", 0, len(CONTENT)),
    ):
        part = download(Range=sent)
        assert (part.status_code, part.content) == (206, CONTENT[start:end]), sent
        assert part.headers["Content-Range"].endswith(f"/{len(CONTENT)}")
    for odd in ("bytes=9-1", "bytes=0-1,5-6", "lines=0-1", "bytes=-", "bytes=x-y"):
        assert download(Range=odd).status_code == 200
    assert download(Range="bytes=0-1", If_Range=tag).status_code == 206
    assert download(Range="bytes=0-1", If_Range='"other"').status_code == 200
    assert download(If_None_Match=tag).status_code == 304
    assert download(If_None_Match='"other"').status_code == 200


def test_a_range_outside_the_file_is_refused_with_a_problem_that_says_how_large_it_is(download: Any) -> None:
    answer = download(Range="bytes=99999999-")
    assert (answer.status_code, answer.headers["Content-Type"]) == (416, "application/problem+json")
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert str(len(CONTENT)) in answer.json()["detail"]


def damage(content: bytes, place: int) -> None:
    """Flip one bit of a stored file; its time stamp stays."""
    path = store.local_path(hashlib.sha256(content).hexdigest())
    path.chmod(0o600)
    flip(path, 8 * place)


def forget_sums() -> None:
    """As after a backup of an earlier release was restored."""
    assert BlockSums.objects.all().delete()[0]


@pytest.mark.parametrize("place", [BLOCK, 3_000_000, len(CONTENT) - 1])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_download_of_a_damaged_file_is_cut_off_before_its_last_byte(
    download: Any, place: int, is_known: bool
) -> None:
    if not is_known:
        forget_sums()
    damage(CONTENT, place)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        download()
    assert download("HEAD").status_code == 200


def test_a_file_that_is_longer_than_it_should_be_is_never_sent_to_its_announced_end(download: Any) -> None:
    damage(CONTENT, 5)
    with store.local_path(hashlib.sha256(CONTENT).hexdigest()).open("ab") as file:
        file.write(b"x")
    assert [download(**part).status_code for part in PARTS] == [500, 500]


def test_a_damaged_file_that_is_small_is_refused_with_a_sentence(live: Live) -> None:
    little = CONTENT[:1000]
    url = address(little)
    damage(little, 500)
    answer = live.client("ada").get(url)
    assert answer.status_code == 500
    assert "damaged" in answer.json()["detail"]


def test_a_download_whose_first_block_is_damaged_is_refused_with_a_sentence(download: Any) -> None:
    damage(CONTENT, 500)
    for part in ({}, {"Range": "bytes=5-99"}, {"Range": "bytes=900-3000000"}):
        answer = download(**part)
        assert answer.status_code == 500
        assert "damaged" in answer.json()["detail"]


@pytest.mark.parametrize("is_first", [True, False])
def test_damage_cuts_off_the_parts_that_have_it_and_no_others(download: Any, is_first: bool) -> None:
    """Who answers for the others did not read the whole file."""
    if not is_first:
        assert download(Range="bytes=100-199").content == CONTENT[100:200]
    damage(CONTENT, 3 * BLOCK + 10)
    assert download(Range=f"bytes=1000-{3 * BLOCK - 1}").content == CONTENT[1000 : 3 * BLOCK]
    assert download(Range=f"bytes={4 * BLOCK}-").content == CONTENT[4 * BLOCK :]
    with pytest.raises(httpx.RemoteProtocolError):
        download(Range=f"bytes={3 * BLOCK - 10}-{3 * BLOCK + 5}")


@pytest.mark.parametrize("part", PARTS)
def test_the_first_download_of_a_file_without_sums_leaves_them(download: Any, part: dict[str, str]) -> None:
    before = list(BlockSums.objects.values_list())
    forget_sums()
    assert download(**part).content in (CONTENT, CONTENT[5:])
    assert list(BlockSums.objects.values_list()) == before


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_file_without_sums_gets_none(download: Any, part: dict[str, str]) -> None:
    forget_sums()
    damage(CONTENT, len(CONTENT) - 1)
    with suppress(httpx.RemoteProtocolError):
        assert download(**part).status_code == 500
    assert not BlockSums.objects.exists()


def test_a_part_of_a_file_without_sums_is_refused_for_damage_anywhere(download: Any) -> None:
    forget_sums()
    damage(CONTENT, 4_000_000)
    answer = download(Range="bytes=0-99")
    assert answer.status_code == 500
    assert "damaged" in answer.json()["detail"]


def test_a_missing_file_is_said_to_be_missing(download: Any) -> None:
    store.local_path(hashlib.sha256(CONTENT).hexdigest()).unlink()
    for part in PARTS:
        answer = download(**part)
        assert answer.status_code == 500
        assert "missing" in answer.json()["detail"]
