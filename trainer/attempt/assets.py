"""The assets of an attempt: files that its spec names, mapped or read from where the job has them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from trainer import asset, checked
from trainer.attempt.job import Job


class Assets:
    """``paths`` and ``hashes`` by the name that the spec has for each."""

    def __init__(self, paths: Mapping[str, Path], hashes: Mapping[str, str]) -> None:
        self._paths, self.hashes = paths, hashes

    @classmethod
    def of(cls, job: Job) -> Self:
        names = [role.partition(":")[2] for role in job.inputs if role.partition(":")[0] == asset.ROLE]
        return cls(
            {name: Path(job.inputs[asset.role(name)]) for name in names},
            {name: job.hashes[asset.role(name)] for name in names if asset.role(name) in job.hashes},
        )

    def path(self, name: str) -> Path:
        """Of a file that may be large, to be mapped within ``checking``."""
        return self._paths[name]

    def read(self, name: str) -> bytes:
        """All of a small file. Raises DamagedError where it is not what was stored."""
        path, role = self._paths[name], asset.role(name)
        checked.require(path, self.hashes.get(name), role)
        with checked.reading(path, role):
            return path.read_bytes()

    @contextmanager
    def checking(self, *, beside: bool = True) -> Iterator[None]:
        """Hash all files while the caller takes from them what it needs. Not ``beside`` the work on other ranks than
        the first, which end because that one does.

        Raises DamagedError behind the work, and in place of whatever else damaged files brought about.
        """
        hashes = self.hashes if beside else {}
        checks = [checked.Check(self._paths[name], sha256, asset.role(name)) for name, sha256 in hashes.items()]
        try:
            yield
        finally:
            for check in checks:
                check.has_passed(wait=True)


NO_ASSETS = Assets({}, {})
