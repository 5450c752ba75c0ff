"""The folder of ``--out``: an attempt in ``run``, the prepared data in ``data``, and the run's results beside them.

Nothing is replaced unasked: no other run, and never a file that no run wrote here. ``run/results.json``
names the results.
"""

import argparse
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from trainer import files
from trainer.attempt import events, job
from trainer.attempt.job import Job
from trainer.attempt.journal import Reader
from trainer.checked import sha256
from trainer.errors import CheckpointError, TrainerError
from trainer.importing import preparation
from trainer.specs.parsing import AnySpec
from trainer.terminal.console import devices, events_of

REPORT = "report.json"
RESULTS = "results.json"
STAMP = "source.json"


def arguments(parser: argparse.ArgumentParser, holds: str) -> None:
    """Add what names an Out to a subcommand's arguments."""
    parser.add_argument("--out", type=Path, required=True, help=f"the folder for {holds}")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace another or a finished run that the folder holds"
    )


MENDABLE = (CheckpointError.CODE, "unexpected")  # failures after which the same job goes on from its last checkpoint


@dataclass(frozen=True)
class Out:
    """``overwrite``: whether a run that is another one, or has finished, may be replaced."""

    path: Path
    overwrite: bool = False

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> "Out":
        return cls(arguments.out, arguments.overwrite)

    @property
    def run(self) -> Path:
        """The attempt's folder."""
        return self.path / "run"

    def require_free(self, names: Iterable[str]) -> None:
        """Raise TrainerError where a result of one of these names would replace a file that no run wrote."""
        for name in names:
            if (self.path / name).exists() and name not in self._results():
                raise TrainerError(
                    "file_in_the_way",
                    "%(folder)s has a file “%(name)s” that no run wrote there, and it is not "
                    "replaced. Move it away, or choose another folder with --out.",
                    folder=str(self.path),
                    name=name,
                )

    def prepare(self, path: Path) -> Path:
        """The prepared data of ``path``, made once and again when the files have changed, or what was made of
        them is damaged."""
        if path.suffix == ".safetensors":
            return path.resolve(strict=True)
        paths, names = preparation.files_of(path.resolve(strict=True))
        source = json.dumps([[str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in paths])
        folder = self.path / "data"
        prepared, stamp = folder / "prepared.safetensors", folder / STAMP
        if prepared.exists() and stamp.exists() and (origin := stamp.read_text().partition("\n"))[0] == source:
            if sha256(prepared) == origin[2]:
                return prepared.resolve()
            print(f"{prepared} is damaged and is made again.", flush=True)
        if not stamp.exists():
            _require_empty(folder)
        folder.mkdir(parents=True, exist_ok=True)
        files.write(stamp, b"")  # from here on the folder is ours, and of no source
        preparation.prepare(paths, names, folder)
        files.write(stamp, f"{source}\n{sha256(prepared)}".encode())
        return prepared.resolve()

    def next_job(self, spec: AnySpec, inputs: Mapping[str, Path], checkpoints: str) -> Job | None:
        """The next attempt at this job: from its newest checkpoint where it is unfinished here; none where
        it has finished.

        ``checkpoints`` is the pattern of their names. Raises TrainerError where another run is here that
        may not be replaced.
        """
        new = _first_job(spec, inputs)
        if not (self.run / "job.json").exists():
            _require_empty(self.run)
            return new
        earlier = self._earlier()
        if earlier is None or not _is_same(earlier, new):
            if not self.overwrite:
                raise self._other_run(earlier, new)
        else:
            ended = self._ended()
            if ended is None or ended.outcome == "paused" or ended.code in MENDABLE:
                return new.model_copy(update={"attempt": earlier.attempt + 1, "resume": self._newest(checkpoints)})
            if ended.outcome != "failed" and not self.overwrite:
                return None
        self._require_other(inputs.values())
        return new

    def _newest(self, checkpoints: str) -> str | None:
        return max((str(path) for path in (self.run / "checkpoints").glob(checkpoints)), default=None)

    def _other_run(self, earlier: Job | None, new: Job) -> TrainerError:
        """The same job whose input changed since, or another one."""
        if earlier and (earlier.spec, earlier.inputs) == (new.spec, new.inputs):
            return _changed(earlier, new)
        return TrainerError(
            "other_run",
            "%(folder)s holds another run, of other settings or of other data. Choose another "
            "folder with --out, or add --overwrite to replace it.",
            folder=str(self.path),
        )

    def begin(self, new: Job) -> None:
        """Write the job, in place of an earlier run and its results unless it goes on with that."""
        self.run.mkdir(parents=True, exist_ok=True)
        if new.attempt == 1:
            self._clear()
        files.write(self.run / "job.json", new.model_dump_json().encode())
        (self.run / "control").write_bytes(bytes([job.GO_ON]))

    def _clear(self) -> None:
        """Remove the run and its results, but for the job: whenever this is cut off, the folder is still known
        as a run's.
        """
        for name in self._results():
            (self.path / name).unlink(missing_ok=True)
        for path in self.run.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "job.json":
                path.unlink()

    def place(self, results: Mapping[str, Path]) -> list[Path]:
        """Copy results here, in their order. Raises TrainerError, before any is copied, where a file is in the way."""
        self.require_free(results)
        files.write(self.run / RESULTS, json.dumps(sorted(self._results() | results.keys())).encode())
        return [Path(shutil.copy(source, self.path / name)) for name, source in results.items()]

    def _results(self) -> set[str]:
        """What the run in this folder wrote beside itself."""
        path = self.run / RESULTS
        return {Path(name).name for name in json.loads(path.read_bytes())} if path.exists() else set()

    def _earlier(self) -> Job | None:
        """The job that was begun here; none where another release wrote it in a form that this one does not know."""
        try:
            return Job.read(self.run)
        except ValidationError:
            return None

    def _ended(self) -> events.Ended | None:
        """How the latest attempt ended here, as far as one did."""
        ends = [event for event in events_of(Reader(self.run / "journal")) if isinstance(event, events.Ended)]
        return ends[-1] if ends else None

    def _require_other(self, inputs: Iterable[Path]) -> None:
        """What would be replaced cannot be read from."""
        doomed = {(self.path / name).resolve() for name in self._results()}
        for path in map(Path.resolve, inputs):
            if path in doomed or path.is_relative_to(self.run.resolve()):
                raise TrainerError(
                    "input_in_the_way",
                    "“%(path)s” belongs to the run that would be replaced. Choose another folder with --out.",
                    path=str(path),
                )


def _first_job(spec: AnySpec, inputs: Mapping[str, Path]) -> Job:
    return Job(
        run=spec.kind,
        attempt=1,
        spec=spec,
        inputs={role: str(path.resolve(strict=True)) for role, path in inputs.items()},
        devices=devices(max(1, spec.device_count)),
        hashes={role: sha256(path) for role, path in inputs.items()},
    )


def _is_same(earlier: Job, new: Job) -> bool:
    """Whether both do the same with the same files, wherever these lie."""
    return (earlier.spec, earlier.hashes) == (new.spec, new.hashes)


def _require_empty(folder: Path) -> None:
    if folder.exists() and any(path.suffix != files.PARTIAL for path in folder.iterdir()):
        raise TrainerError(
            "folder_in_the_way",
            "%(folder)s holds files that no run wrote there. Choose another folder with --out.",
            folder=str(folder),
        )


def _changed(earlier: Job, new: Job) -> TrainerError:
    role = next(role for role, sha in new.hashes.items() if earlier.hashes.get(role) != sha)
    return TrainerError(
        "input_changed",
        "“%(path)s” is not what this run began with: it was changed, or it is "
        "damaged. Put back what it was, or add --overwrite to begin anew.",
        path=new.inputs[role],
    )
