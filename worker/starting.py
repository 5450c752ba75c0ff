"""A claimed run on its way to its launch: its folder is made, and told where its inputs are. Whoever reads
them hashes them."""

from dataclasses import dataclass

from trainer.attempt import job
from webapp.artifacts import store
from webapp.runs.lineage import inputs_of
from worker import ends
from worker.claim import Claim
from worker.folders import Folders
from worker.local_attempt import LocalAttempt


@dataclass
class Start:
    """``prepare`` may be called again until it is ``ready``: the attempt's folder holds all that its launcher needs."""

    claim: Claim
    attempt: LocalAttempt
    ready: bool = False

    def prepare(self, folders: Folders) -> None:
        """Write the attempt's folder. Raises MissingError for a file that is not in the store, OSError, and database
        errors, after which it may be called again."""
        run = self.claim.run
        self.attempt.order_given = job.STOP if ends.wish(run) == "stop" else job.GO_ON
        folders.begin(self.claim, self.attempt.order_given)
        inputs = {edge.role: store.local_path(edge.artifact_id) for edge in inputs_of(run)}
        newest = run.checkpoints.order_by("-step").first()
        folders.describe(self.claim, inputs, store.local_path(newest.artifact_id) if newest else None)
        self.ready = True

    @property
    def is_off(self) -> bool:
        """Whether the run was given up, cancelled or ended otherwise before it was launched."""
        return self.attempt.ended or self.attempt.given_up is not None or bool(self.attempt.finished_at)
