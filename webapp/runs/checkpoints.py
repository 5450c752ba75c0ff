"""Letting go of published checkpoints: the older ones, those of a life that ended, and all when nothing goes on from
them, but the last one of a run that failed.
"""

from collections.abc import Sequence

from webapp.artifacts import removing
from webapp.runs.models import Checkpoint


def drop(checkpoints: Sequence[Checkpoint]) -> None:
    """Withdraw checkpoints, and remove their files when that has committed."""
    for old in checkpoints:
        old.delete()
    removing.delete_on_commit(old.artifact_id for old in checkpoints)
