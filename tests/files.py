"""Uploads made in tests: IDX, ZIP and pictures as bytes, and what an import makes of them."""

import gzip
import io
import json
import re
import struct
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image

from tests.yard import ROOT
from trainer.columns import Readings
from trainer.component import Component
from trainer.data.prepared import Array, Prepared
from trainer.errors import TrainerError
from trainer.importing.preparation import prepare
from trainer.importing.problems import Problem
from trainer.importing.profile import Profile

HOME = re.compile(rb"(?:/home|/Users|[A-Za-z]:\\{1,2}Users)[/\\][\w.-]+[/\\]")
IDX_TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(values: Array | Sequence[int]) -> bytes:
    """An IDX file of the array's own type."""
    array = np.asarray(values) if isinstance(values, np.ndarray) else np.asarray(values, dtype=np.uint8)
    kind = IDX_TYPES[array.dtype.str[1:]]
    header = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], mode: Literal["w", "w:gz"] = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def picture(
    width: int = 8, height: int = 8, kind: str = "PNG", mode: str = "RGB", seed: int = 0, **options: Any
) -> bytes:
    """A picture of noise."""
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def within(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file and, where it is an archive, all that lies in it, however deep: names and contents."""
    yield name, content
    if content.startswith(b"\x1f\x8b"):
        yield from within(f"{name}/", gzip.decompress(content))
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for info in archive.getmembers():
                yield f"{name}/{info.name}'s name", info.name.encode()
                if (file := archive.extractfile(info)) is not None:
                    yield from within(f"{name}/{info.name}", file.read())
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from within(f"{name}/{member}", archive.read(member))
            yield (
                f"{name}'s notes",
                archive.comment + b"".join(info.comment + info.extra for info in archive.infolist()),
            )


def telling_paths(name: str, content: bytes, *folders: Path) -> list[str]:
    """What in a file tells a path of the machine that wrote it: of this program, of its libraries, of ``folders``, or
    of anybody's home.
    """
    libraries = Path(torch.__file__).parents[1]
    places = {
        str(place).encode()
        for path in (ROOT, libraries, Path(sys.prefix), Path(sys.base_prefix), *folders)
        for place in (path, path.resolve())
        if place != Path("/usr")  # stands in other words, and tells nothing of this machine
    } | {f"{Path.home()}/".encode()}
    return [
        part
        for part, inside in within(name, content)
        if HOME.search(inside) or any(place in inside for place in places)
    ]


@dataclass(frozen=True)
class Imported:
    """What an import left, opened."""

    data: Prepared
    profile: Profile
    folder: Path

    def problem(self, code: str) -> Problem:
        """The first problem with this code; KeyError if there is none."""
        return {problem.code: problem for problem in reversed(self.profile.problems)}[code]

    @property
    def codes(self) -> set[str]:
        return {problem.code for problem in self.profile.problems}


def stored(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """The files as uploads lie in the store: their names say nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"upload-{number}" for number in range(len(files))]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    return paths


def imported(
    folder: Path, files: Mapping[str, bytes], chosen: Component | None = None, readings: Readings | None = None
) -> Imported:
    out = folder / "out"
    done = prepare(stored(folder / "uploads", files), list(files), out, chosen, readings)
    text = done.profile.read_text(encoding="utf-8")
    assert "\\u0000" not in text
    assert not (out / "unpacked").exists()
    return Imported(Prepared.open(done.prepared), Profile.model_validate(json.loads(text)), out)


def refusal(folder: Path, files: Mapping[str, bytes], chosen: Component | None = None) -> TrainerError:
    """The error that an import of these files ends with. Whatever happens, nothing unpacked stays."""
    try:
        imported(folder, files, chosen)
    except TrainerError as error:
        assert not (folder / "out" / "unpacked").exists()
        assert len(str(error)) > 20
        return error
    raise AssertionError("the files were not refused")
