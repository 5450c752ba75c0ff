"""Hostile files: each ends in a sentence, within its limits, and leaves nothing behind."""

import bz2
import gzip
import io
import pickle
import random
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.files import idx, imported, picture, refusal, tarred, zipped
from trainer.columns.image.decoding import BrokenPictureError, Canvas, decoded
from trainer.errors import TrainerError
from trainer.importing import archives

ROOT = Path(__file__).parents[2]
GOOD = {f"{label}/{n}.png": picture(seed=n) for label in "ab" for n in range(6)}
TABLE = b"size,label\n" + b"1,a\n2,b\n" * 10


def archive_with(name: str, *, mode: int | None = None, content: bytes = b"x") -> bytes:
    """Pictures, and one more member whose name and kind are written as given."""
    buffer = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive:
        member = zipfile.ZipInfo("placeholder")
        member.filename = name
        if mode is not None:
            member.external_attr = mode << 16
        archive.writestr(member, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../escape.png",
        "a/../../escape.png",
        "/etc/cron.d/x.png",
        "a//b.png",
        "./a.png",
        "..",
        "a/..",
        "C:/x.png",
        "..\\x.png",
        "a\\..\\x.png",
        "\\\\server\\x.png",
        "a/./b.png",
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, {"x.zip": archive_with(name)}).code == "archive_unsafe_name"
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"upload-0"}


def test_a_zero_byte_in_a_name_is_refused(tmp_path: Path) -> None:
    content = archive_with("a/evil#.png").replace(b"a/evil#.png", b"a/evil\0.png")
    assert refusal(tmp_path, {"x.zip": content}).code == "archive_unsafe_name"


@pytest.mark.parametrize(
    "name", ["a/\u202egnp.exe", "a/\u0001.png", "a/" + "é" * 500 + ".png", "a/💥.png", "a/<script>.png"]
)
def test_odd_names_never_become_paths_and_are_shown_harmlessly(tmp_path: Path, name: str) -> None:
    dataset = imported(tmp_path, {"x.zip": archive_with(name)})
    shown = str(dataset.problem("broken_pictures" if name.endswith(".png") else "other_files").params["names"])
    assert shown.isprintable()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    content = archive_with("a/link.png", mode=kind | 0o777, content=b"/etc/passwd")
    assert refusal(tmp_path, {"x.zip": content}).code == "archive_link"


def test_a_set_uid_bit_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(archive_with("a/x.png", mode=stat.S_IFREG | 0o6777))
    for source in archives.opened([tmp_path / "upload"], ["x.zip"], tmp_path / "out").sources:
        assert not source.path.stat().st_mode & 0o7111


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        content = archive_with("a/0.png")
    assert refusal(tmp_path, {"x.zip": content}).code == "archive_duplicate_name"


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a/x.png": picture()}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert refusal(tmp_path, {"x.zip": bytes(content)}).code == "archive_encrypted"


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """The directory lists one large member twenty times, as David Fifield's bombs do."""
    content = zipped({"a/0.csv": b"1,2\n" * 100_000})
    directory = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[directory:end]
    entries = b"".join(entry.replace(b"a/0.csv", b"a/%c.csv" % (65 + n)) for n in range(20))
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 20, 20, len(entries), directory, 0)
    assert refusal(tmp_path, {"x.zip": content[:directory] + entries + tail}).code == "archive_overlap"


def bombed(folder: Path, name: str, content: bytes) -> str:
    """The code that unpacking ends with, where a million bytes are free and then the ratio counts."""
    (folder / "upload").write_bytes(content)
    with pytest.raises(TrainerError) as caught:
        archives.opened([folder / "upload"], [name], folder / "out", archives.Allowance(len(content), free=1_000_000))
    assert sum(path.stat().st_size for path in (folder / "out").iterdir()) <= 200 * len(content) + 1_000_000
    return caught.value.code


def test_a_zip_bomb_stops_at_its_ratio(tmp_path: Path) -> None:
    assert bombed(tmp_path, "x.zip", zipped({"a.csv": b"0" * 30_000_000})) == "archive_bomb"


def test_a_gzip_bomb_stops_at_its_ratio_whatever_its_header_promises(tmp_path: Path) -> None:
    """The IDX header and gzip's own length both promise less than comes out."""
    packed = gzip.compress(idx(np.zeros((10, 4, 4), np.uint8)) + bytes(30_000_000))
    assert bombed(tmp_path, "x.gz", packed[:-4] + struct.pack("<I", 176)) == "archive_bomb"


def test_sizes_are_counted_over_all_files_together(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(zipped({f"{n}.csv": bytes(1000) for n in range(10)}))
    allowance = archives.Allowance(0, size=5000)
    with pytest.raises(TrainerError) as caught:
        archives.opened([tmp_path / "x"], ["x.zip"], tmp_path / "out", allowance)
    assert caught.value.code == "archive_too_large"
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) <= 5000


def test_a_million_tiny_files_stop_at_a_count(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(zipped({f"{n}.csv": b"1" for n in range(50)}))
    with pytest.raises(TrainerError) as caught:
        archives.opened([tmp_path / "x"], ["x.zip"], tmp_path / "out", archives.Allowance(0, files=20))
    assert caught.value.code == "archive_too_many_files"


def test_an_archive_inside_of_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = zipped({"a.csv": TABLE})
    for _ in range(3):
        inner = zipped({"inner.zip": inner})
    assert refusal(tmp_path, {"x.zip": inner}).code == "archive_nested"


@pytest.mark.parametrize("cut", [10, 100, -1, -30])
def test_a_truncated_archive_is_told(tmp_path: Path, cut: int) -> None:
    assert refusal(tmp_path / "zip", {"x.zip": zipped(GOOD)[:cut]}).code in {"archive_damaged", "archive_empty"}
    packed = gzip.compress(np.random.default_rng(1).bytes(1000).hex().encode())
    assert refusal(tmp_path / "gz", {"x.gz": packed[:cut]}).code == "archive_damaged"


def test_a_wrong_checksum_inside_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"x.csv": TABLE}, zipfile.ZIP_STORED))
    content[content.index(b"1,a")] ^= 1
    assert refusal(tmp_path, {"x.zip": bytes(content)}).code == "archive_damaged"


def test_an_unusual_way_of_packing_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"x.zip": zipped({"x.csv": TABLE}, zipfile.ZIP_BZIP2)}).code == "archive_method"


def test_an_empty_file_and_an_empty_archive_are_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "file", {"x.csv": b""}).code == "file_empty"
    assert refusal(tmp_path / "zip", {"x.zip": zipped({})}).code == "archive_empty"
    assert refusal(tmp_path / "hidden", {"x.zip": zipped({".x": b"1"})}).code == "archive_empty"
    assert refusal(tmp_path / "inside", {"x.zip": zipped({"x.csv": b""})}).code == "csv_no_rows"


@pytest.mark.parametrize("shape", [(2**20, 2**20, 2**20), (2**32 - 1, 2**32 - 1, 2**32 - 1), (1, 2**31, 2**31)])
def test_an_idx_header_that_promises_the_world_allocates_nothing(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    content = bytes([0, 0, 8, 3]) + struct.pack(">3I", *shape) + bytes(100)
    assert refusal(tmp_path, {"a": content, "b": idx([1, 2])}).code == "idx_length"


def png_of(width: int, height: int) -> bytes:
    """A whole PNG of zeros, rows packed by the thousand, that never exists unpacked here."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj()
    row = bytes(1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_of_a_hundred_thousand_pixels_a_side_is_refused_from_its_header(tmp_path: Path) -> None:
    small = png_of(100_000, 100)
    header = small[12:20] + struct.pack(">I", 100_000) + small[24:29]
    huge = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    error = refusal(tmp_path, {"x.zip": zipped(GOOD | {"a/huge.png": huge})})
    assert error.code == "picture_too_large"
    assert "is 100000 x 100000 pixels" in str(error)
    whole = zipped({"a/huge.png": png_of(20_000, 20_000), "b/x.png": picture()})
    assert refusal(tmp_path / "whole", {"x.zip": whole}).code == "picture_too_large"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "JPEG"])
@pytest.mark.parametrize("cut", [7, 13, 30, 0.5, 0.9])
def test_truncated_pictures_never_do_more_than_fail(tmp_path: Path, kind: str, cut: float) -> None:
    content = picture(40, 40, kind)
    content = content[: int(cut if cut >= 1 else cut * len(content))]
    dataset = imported(tmp_path, {"x.zip": zipped(GOOD | {f"a/cut.{kind.lower()}": content})})
    assert dataset.data.summary.rows in {12, 13}


def test_pictures_with_flipped_bytes_never_do_more_than_fail(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    for kind in ("PNG", "GIF", "BMP", "WEBP", "JPEG"):
        broken = {}
        for number in range(40):
            content = np.frombuffer(picture(16, 16, kind), np.uint8).copy()
            content[random.integers(12, len(content), 4)] = random.integers(0, 256, 4)
            broken[f"{'ab'[number % 2]}/{number}.{kind.lower()}"] = content.tobytes()
        good = {f"{'ab'[number % 2]}/good{number}.png": picture(16, 16) for number in range(400)}
        try:
            imported(tmp_path / kind, {"x.zip": zipped(good | broken)})
        except TrainerError as error:
            assert error.code == "picture_too_large"


def test_a_broken_colour_profile_does_no_harm(tmp_path: Path) -> None:
    members = GOOD | {
        "a/p.png": picture(icc_profile=b"\xff" * 5000),
        "b/p.jpg": picture(kind="JPEG", icc_profile=b"garbage"),
    }
    assert imported(tmp_path, {"x.zip": zipped(members)}).data.summary.rows == 14


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors", "data.csv", "data.idx", "data.zip", "picture.png"])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_never_opened_whatever_its_name(tmp_path: Path, name: str, protocol: int) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return open, (str(tmp_path / "executed"), "w")

    error = refusal(tmp_path, {name: pickle.dumps(Bomb(), protocol)})
    assert not (tmp_path / "executed").exists()
    assert error.code in {"pickle_refused", "pictures_broken", "picture_without_folder"}


def test_the_inside_of_a_torch_file_is_never_opened(tmp_path: Path) -> None:
    members = {"archive/data.pkl": pickle.dumps({"a": 1}), "archive/version": b"3"}
    assert refusal(tmp_path, {"model.pt": zipped(members, 0)}).code == "pickle_refused"


def test_a_file_that_is_two_formats_is_read_as_what_it_begins_with(tmp_path: Path) -> None:
    hidden = zipped({"a.csv": TABLE})
    assert refusal(tmp_path / "picture", {"x.zip": picture() + hidden}).code == "picture_without_folder"
    assert refusal(tmp_path / "table", {"x.csv": TABLE * 200 + hidden}).code in {
        "csv_binary",
        "csv_encoding",
        "csv_ragged",
    }
    both = imported(tmp_path / "inside", {"x.zip": zipped(GOOD | {"a/both.png": picture() + hidden})})
    assert both.data.summary.rows == 13


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        b"%PDF-1.7\n",
        b"\x7fELF" + bytes(200),
        b"7z\xbc\xaf\x27\x1c" + bytes(50),
        b"PAR1" + bytes(50),
        b"\x93NUMPY\x01\x00",
        bz2.compress(TABLE),
        b"\0" * 500,
        b"\xff" * 500,
    ],
)
@pytest.mark.parametrize("name", ["x", "x.csv"])
def test_foreign_files_end_in_a_sentence(tmp_path: Path, content: bytes, name: str) -> None:
    refusal(tmp_path, {name: content})


def test_one_endless_line_and_one_endless_value_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "line", {"x.csv": b"a,b\n1,2\n" + b"1," * 10_000_000}).code == "csv_line"
    assert (
        refusal(tmp_path / "value", {"x.csv": b'a,b\n1,"' + b"x" * 60 + b"\n" * 2000 + b"x" * 2_000_000}).code
        == "csv_cell"
    )
    many = b"a,b\n" + b",".join(b'"' + b"\n" * 90_000 + b'"' for _ in range(50))
    assert refusal(tmp_path / "row", {"x.csv": many}).code == "csv_row_lines"


LIMITED = """
import sys
from pathlib import Path
from trainer.errors import TrainerError
from trainer.importing.limits import Limits, guarded, limit
import trainer.formats.csv.reader, trainer.formats.image_folder_zip.reader, trainer.formats.idx.reader
limit(Limits(**eval(sys.argv[1])))
try:
    guarded([Path(sys.argv[2])], [sys.argv[3]], Path(sys.argv[4]))
except TrainerError as error:
    print(error.code)
else:
    print("done")
"""


def limited(folder: Path, name: str, content: bytes, **limits: int) -> str:
    """How an import ends under these limits, in a process of its own."""
    (folder / "upload").write_bytes(content)
    command = [sys.executable, "-c", LIMITED, repr(limits), str(folder / "upload"), name, str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert not (folder / "out" / "unpacked").exists()
    return done.stdout.strip()


def test_the_limits_leave_room_for_ordinary_files(tmp_path: Path) -> None:
    assert limited(tmp_path, "x.csv", TABLE) == "done"
    (tmp_path / "zip").mkdir()
    assert limited(tmp_path / "zip", "x.zip", zipped(GOOD), memory=100_000_000) == "done"


def test_memory_is_limited(tmp_path: Path) -> None:
    big = zipped({"a/x.png": png_of(8000, 8000), "b/x.png": picture(8000, 1)})
    assert limited(tmp_path, "x.zip", big, memory=30_000_000) == "inspect_memory"


def test_time_is_limited(tmp_path: Path) -> None:
    assert limited(tmp_path, "x.csv", b"a,b\n" + b"1,2\n3,4\n" * 2_000_000, cpu_seconds=1) == "inspect_time"


def test_the_size_of_written_files_is_limited(tmp_path: Path) -> None:
    assert limited(tmp_path, "x.zip", zipped({"x.csv": TABLE * 10_000}), file_size=1_000_000) == "inspect_file_size"


@pytest.mark.parametrize("kind", ["TIFF", "AVIF", "JPEG2000", "PPM"])
def test_a_picture_with_flipped_bytes_is_read_or_called_broken_and_nothing_else(tmp_path: Path, kind: str) -> None:
    whole, draw, file = picture(16, 16, kind), random.Random(3), tmp_path / "picture"
    broken = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[draw.randrange(min(len(whole), 120))] = draw.choice((0, 1, 127, 255))
        file.write_bytes(damaged)
        try:
            assert decoded(file, Canvas("RGB", 16, 16)).shape == (3, 16, 16)
        except BrokenPictureError:
            broken += 1
    assert broken


@pytest.mark.parametrize("name", ["../escape.png", "/etc/x.png", "a/../../x.png", "a//b.png", "..", "C:/x.png"])
def test_names_in_a_tar_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, {"x.tar": tarred(GOOD | {name: b"x"})}).code == "archive_unsafe_name"
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"upload-0"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("a/link.png")
    member.type, member.linkname = kind, "/etc/passwd"
    content = member.tobuf() + tarred(GOOD)
    assert refusal(tmp_path, {"x.tar": content}).code == "archive_link"


def test_a_tar_that_is_cut_damaged_or_a_bomb_is_refused(tmp_path: Path) -> None:
    whole = tarred(GOOD)
    damaged = bytearray(whole)
    damaged[whole.index(b"b/0.png") + 150] ^= 255  # the sum of that header
    assert refusal(tmp_path / "sum", {"x.tar": bytes(damaged)}).code == "archive_damaged"
    assert refusal(tmp_path / "cut", {"x.tar": whole[:700]}).code == "archive_damaged"
    assert refusal(tmp_path / "end", {"x.tar": whole[:-10240]}).code == "archive_damaged"
    assert refusal(tmp_path / "gz", {"x.tar.gz": tarred(GOOD, "w:gz")[:-40]}).code == "archive_damaged"
    assert refusal(tmp_path / "twice", {"x.tar": whole[:-10240] + whole}).code == "archive_duplicate_name"
    bomb = tarred({"a/x.bmp": bytes(400 * 1024**2)}, "w:gz")
    assert refusal(tmp_path / "bomb", {"x.tar.gz": bomb}).code == "archive_bomb"
