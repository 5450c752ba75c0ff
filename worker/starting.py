"""A claimed run on its way to its launch: its inputs are verified, which takes long where they are large."""

import threading
from dataclasses import dataclass
from pathlib import Path

from trainer import job, scarce
from webapp.artifacts import store
from webapp.artifacts.store import ArtifactError
from webapp.runs.lineage import inputs_of
from webapp.runs.models import Run
from worker import ends
from worker.claim import Claim
from worker.folders import Folders
from worker.held import Held

QUICK = 0.02  # seconds; inputs of some megabytes are verified within, and their run is launched in the same turn


class Inputs(threading.Thread):
    """The verified files that an attempt reads. Hashed by a thread, so that the leases and curves of other runs never wait."""

    def __init__(self, run: Run) -> None:
        super().__init__(name="inputs", daemon=True)
        self._names = {edge.role: edge.artifact_id for edge in inputs_of(run)}
        self._checkpoints = list(run.checkpoints.order_by("-step").values_list("artifact_id", flat=True))
        self._paths: dict[str, Path] = {}
        self._resume: Path | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._paths = {role: store.local_path(name) for role, name in self._names.items()}
            self._resume = self._newest_whole()
        except (ArtifactError, OSError) as error:
            self._error = error

    def _newest_whole(self) -> Path | None:
        for name in self._checkpoints:
            try:
                return store.local_path(name)
            except ArtifactError:
                continue
        return None

    def verified(self) -> tuple[dict[str, Path], Path | None]:
        """Inputs by role, and the newest published checkpoint that is whole. Raises ArtifactError and OSError."""
        if self._error is not None:
            raise self._error
        return self._paths, self._resume


@dataclass
class Start:
    """``prepare`` is called again and again, until ``ready``: the attempt's folder holds all that its launcher needs."""

    claim: Claim
    held: Held
    inputs: Inputs | None = None
    ready: bool = False

    def prepare(self, folders: Folders) -> None:
        """Do what can be done by now. Raises ArtifactError for a damaged input, OSError, and database errors, after which it
        may be called again."""
        if self.inputs is None:
            self.held.order_given = job.STOP if ends.wish(self.claim.run) == "stop" else job.GO_ON
            folders.begin(self.claim, self.held.order_given)
            inputs = Inputs(self.claim.run)
            with scarce.starting_a_thread():
                inputs.start()
            self.inputs = inputs
            self.inputs.join(QUICK)
        if not self.inputs.is_alive():
            try:
                verified = self.inputs.verified()
            except OSError:
                self.inputs = None  # what was out of reach may be read at another time
                raise
            folders.describe(self.claim, *verified)
            self.ready = True

    @property
    def is_off(self) -> bool:
        """Whether the run was given up, cancelled or ended otherwise before it was launched."""
        return self.held.ended or self.held.given_up is not None or bool(self.held.finished_at)
