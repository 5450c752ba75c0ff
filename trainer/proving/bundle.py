"""The bundle: one zip with every file of an export, their SHA-256 sums, and the chain of hashes that leads to them.

The same files always give the same bytes: fixed times, fixed order, fixed permissions.
"""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from trainer.checked import sha256

NAME = "bundle.zip"
SUMS = "SHA256SUMS"
LINEAGE = "lineage.json"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Link:
    """One link of the chain of hashes."""

    step: str
    file: str
    sha256: str


def link(step: str, name: str, path: Path) -> Link:
    """The link of a file that is here, called ``name`` where the user meets it."""
    return Link(step, name, sha256(path))


def write_lineage(links: Sequence[Link], folder: Path) -> None:
    """Write the chain of hashes."""
    chain = {"version": 1, "chain": [asdict(item) for item in links]}
    (folder / LINEAGE).write_text(json.dumps(chain, indent=2) + "\n", encoding="utf-8")


def write(folder: Path, names: Sequence[str], path: Path) -> None:
    """Zip ``names`` of ``folder``, the first ones first, with their sums as they are checked by ``sha256sum -c``."""
    sums = "".join(f"{sha256(folder / name)}  {name}\n" for name in sorted(names))
    (folder / SUMS).write_text(sums, encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for name in (*names, SUMS):
            _add(bundle, folder / name, name)


def _add(bundle: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, bundle.open(entry, "w") as target:
        while chunk := source.read(CHUNK_BYTES):
            target.write(chunk)
