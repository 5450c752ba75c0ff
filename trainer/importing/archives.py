"""Opening what was uploaded: ZIP and TAR archives and gzip files are unpacked by counting, into numbered files
of a fresh folder.

No name from an archive ever becomes a path on disk, so no name can lead outside. Names that try to are refused all the
same, because an archive that holds them is either broken or hostile. Sizes that an archive promises are never believed.
"""

import gzip
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from trainer.errors import TrainerError
from trainer.importing.words import clean

PIECE = 1024 * 1024
HEAD = 4096
REGULAR = {0, stat.S_IFREG, stat.S_IFDIR}
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
LOCAL_HEADER = 30
TAR_MARK = slice(257, 262)
TAR_BLOCK = 512
LITTER = ("._", ".DS_Store", ".rels")  # the last is a part of any office document
HIDDEN = {"__MACOSX", "Thumbs.db", "desktop.ini"}
DAMAGED = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OverflowError,
    RuntimeError,
    tarfile.TarError,
)


@dataclass(frozen=True)
class Source:
    """One file to read: where it lies, what the user calls it (parts joined by “/”), and its first bytes."""

    path: Path
    name: str
    head: bytes = field(repr=False)

    @classmethod
    def of(cls, path: Path, name: str) -> "Source":
        with path.open("rb") as file:
            return cls(path, name, file.read(HEAD))

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def beginning(sources: Sequence[Source], mark: bytes) -> list[Source]:
    """Those that begin with a format's own bytes."""
    return [source for source in sources if source.head.startswith(mark)]


class Allowance:
    """What may still be unpacked in this inspection, over all archives together.

    ``ratio`` is how many times larger than the upload the content may be; it counts from ``free`` bytes on, so that
    small and honest files that compress well pass.
    """

    def __init__(
        self,
        uploaded: int,
        *,
        files: int = 300_000,
        size: int = 16 * 1024**3,
        ratio: int = 200,
        free: int = 256 * 1024**2,
    ) -> None:
        self._most_files, self._most_bytes, self._ratio = files, size, ratio
        self._plausible = max(free, ratio * uploaded)
        self.files = self.bytes = 0

    def take_file(self) -> int:
        """Count one more file; its number."""
        self.files += 1
        if self.files > self._most_files:
            raise TrainerError(
                "archive_too_many_files",
                "The archive holds more than %(limit)s files; import it in parts.",
                limit=self._most_files,
            )
        return self.files

    def take(self, count: int) -> None:
        """Count bytes before they are written."""
        self.bytes += count
        if self.bytes > self._most_bytes:
            raise TrainerError(
                "archive_too_large",
                "Unpacked, this is larger than %(limit)s GiB; import it in parts.",
                limit=self._most_bytes // 1024**3,
            )
        if self.bytes > self._plausible:
            raise TrainerError(
                "archive_bomb",
                "This unpacks to more than %(ratio)s times its size, as an archive "
                "made to fill disks does. Pack the files again with usual settings.",
                ratio=self._ratio,
            )


@dataclass(frozen=True)
class Content:
    """The files of an upload; ``hidden`` are the names of those that were not opened, since their names or folders
    begin with a point."""

    sources: Sequence[Source]
    hidden: Sequence[str]


def opened(paths: Sequence[Path], names: Sequence[str], folder: Path, allowance: Allowance | None = None) -> Content:
    """The files inside what was uploaded; unpacked ones are written into ``folder``, which is made.

    Raises TrainerError for empty files and for archives that are damaged, hostile, encrypted or too large.
    """
    folder.mkdir(parents=True)
    unpacker = _Unpacker(folder, allowance or Allowance(sum(path.stat().st_size for path in paths)))
    found: list[Source] = []
    for path, name in zip(paths, names, strict=True):
        source = Source.of(path, clean(name))
        if not source.head:
            raise TrainerError(
                "file_empty",
                "“%(name)s” is empty. Choose the file again; it may still have been written.",
                name=source.name,
            )
        found.extend(unpacker.inside(source))
    if not found:
        raise TrainerError("archive_empty", "The archive holds no files. Pack the folder again.")
    return Content(found, unpacker.hidden)


class _Unpacker:
    """Writes members into numbered files of one folder, within one allowance."""

    def __init__(self, folder: Path, allowance: Allowance) -> None:
        self._folder, self._allowance = folder, allowance
        self.hidden: list[str] = []

    def inside(self, source: Source) -> Iterator[Source]:
        """The files in a ZIP or a TAR, the content of a gzip file, or the file itself; a TAR in a gzip file and a gzip
        file in an archive are opened as well."""
        try:
            if source.head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
                for member in self._unzipped(source):
                    yield self._gunzipped(member)
            elif is_tar(plain := self._gunzipped(source)):
                for member in self._untarred(plain):
                    yield self._gunzipped(member)
            else:
                yield plain
        except DAMAGED as error:
            raise TrainerError(
                "archive_damaged",
                "The archive “%(name)s” is damaged or cut short. Upload it again; "
                "if that does not help, pack it again.",
                name=source.name,
            ) from error

    def _unzipped(self, source: Source) -> Iterator[Source]:
        with zipfile.ZipFile(source.path) as archive:
            _check(source, archive.infolist())
            for member in archive.infolist():
                name = clean(_name(member))
                if not name.endswith("/") and not self._is_passed_over(name):
                    with archive.open(member) as file:
                        yield Source.of(self._stored(file), name)

    def _untarred(self, source: Source) -> Iterator[Source]:
        seen: set[str] = set()
        with tarfile.open(source.path, "r:") as archive:
            while (member := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
                name = clean(member.name.removeprefix("./"))
                if member.name != ".":
                    _check_name(name, seen)
                _check_tarred(member, name)
                if member.isdir():
                    self._allowance.take_file()
                elif not self._is_passed_over(name) and (file := archive.extractfile(member)) is not None:
                    yield Source.of(self._stored(file), name)
            _check_end(source, archive.offset)

    def _is_passed_over(self, name: str) -> bool:
        """Whether this is a hidden file; those that systems leave everywhere are not even named."""
        if not _is_hidden(name):
            return False
        parts = name.split("/")
        if not HIDDEN.intersection(parts) and not parts[-1].startswith(LITTER):
            self.hidden.append(name)
        return True

    def _gunzipped(self, source: Source) -> Source:
        if not source.head.startswith(b"\x1f\x8b"):
            return source
        with gzip.open(source.path) as file:
            path = self._stored(file)
        return Source.of(path, source.name.removesuffix(".gz"))

    def _stored(self, file: IO[bytes] | gzip.GzipFile) -> Path:
        path = self._folder / str(self._allowance.take_file())
        with path.open("xb") as copy:
            while piece := file.read(PIECE):
                self._allowance.take(len(piece))
                copy.write(piece)
        return path


def _check(source: Source, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive whose list of content alone shows that it is not an honest one."""
    seen: set[str] = set()
    for member in members:
        _check_name(_name(member), seen)
        _check_kind(member)
    end = 0
    for member in sorted(members, key=lambda item: item.header_offset):
        if member.header_offset < end:
            raise TrainerError(
                "archive_overlap",
                "Files in the archive “%(name)s” share the same bytes, as an "
                "archive made to fill disks does. Pack the folder again.",
                name=source.name,
            )
        end = member.header_offset + LOCAL_HEADER + member.compress_size


def _check_name(name: str, seen: set[str]) -> None:
    parts = name.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts) or "\0" in name or name[1:2] == ":":
        raise TrainerError(
            "archive_unsafe_name",
            "The archive holds the name “%(name)s”, which does not stay inside "
            "its folder. Pack the folder again with usual settings.",
            name=clean(name),
        )
    if name in seen:
        raise TrainerError(
            "archive_duplicate_name", "The archive holds “%(name)s” twice. Pack the folder again.", name=clean(name)
        )
    seen.add(name)


def _check_kind(member: zipfile.ZipInfo) -> None:
    name = clean(_name(member))
    if stat.S_IFMT(member.external_attr >> 16) not in REGULAR:
        raise _link(name)
    if member.flag_bits & 0x1:
        raise TrainerError(
            "archive_encrypted", "“%(name)s” in the archive is encrypted. Pack it again without a password.", name=name
        )
    if member.compress_type not in METHODS:
        raise _method(name)


def _link(name: str) -> TrainerError:
    return TrainerError(
        "archive_link", "“%(name)s” in the archive is a link or a device. Pack the files themselves.", name=name
    )


def _method(name: str) -> TrainerError:
    return TrainerError(
        "archive_method",
        "“%(name)s” is packed in a way that is not known here. Pack the folder again as an ordinary ZIP.",
        name=name,
    )


def is_tar(source: Source) -> bool:
    """Whether the first bytes are those of a TAR, as programs have written it since 1988."""
    return source.head[TAR_MARK] == b"ustar"


def _check_tarred(member: tarfile.TarInfo, name: str) -> None:
    if member.issparse():
        raise _method(name)
    if not (member.isreg() or member.isdir()):
        raise _link(name)


def _check_end(source: Source, offset: int) -> None:
    """Refuse an archive whose last member is not followed by a block of zeros: at a damaged header tarfile stops, and
    at a cut, without a word."""
    with source.path.open("rb") as file:
        file.seek(offset)
        if file.read(TAR_BLOCK) != bytes(TAR_BLOCK):
            raise tarfile.ReadError("a header is damaged, or the end is missing")


def _name(member: zipfile.ZipInfo) -> str:
    """The name as its author wrote it, its folders joined by “/”: Windows PowerShell 5.1 joins them by “\\”."""
    return _decoded(member).replace("\\", "/")


def _decoded(member: zipfile.ZipInfo) -> str:
    """Without the mark of UTF-8, many programs still write UTF-8 or a Chinese code page."""
    name = member.orig_filename
    if not member.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return name


def _is_hidden(name: str) -> bool:
    return any(part in HIDDEN or part.startswith(".") for part in name.split("/"))
