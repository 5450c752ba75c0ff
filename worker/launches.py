"""Claimed runs on their way to the warm process."""

import time

from webapp.artifacts import store
from webapp.artifacts.store import MissingError
from worker import damage, ends
from worker.attempts import Attempts
from worker.claim import Claim
from worker.folders import Folders
from worker.local_attempt import LocalAttempt
from worker.starting import Start
from worker.warm import Warm, WarmGoneError


class Launches:
    """Each is prepared until it is ready, then launched once, or let go of where its run is not to begin any more."""

    def __init__(self, folders: Folders, attempts: Attempts) -> None:
        self._folders = folders
        self._attempts = attempts
        self._starts: list[Start] = []

    def add(self, claim: Claim) -> None:
        self._starts.append(Start(claim, self._attempts.add(claim.run, claim.attempt)))

    def go_on(self, warm: Warm | None, *, stopping: bool) -> None:
        """Do for each what can be done now; with ``stopping`` none begins.

        Each leaves the list at once: an error with one that comes later must not have it launched again.
        """
        for start in list(self._starts):
            if stopping:
                start.attempt.give_up(ends.YIELDED)
            if self._is_through(start, warm):
                self._starts.remove(start)

    def _is_through(self, start: Start, warm: Warm | None) -> bool:
        """Whether it is launched after this, or is not to be."""
        if not start.is_off and not start.ready and time.monotonic() >= start.attempt.files_due:
            self._attempts.guarded(start.attempt, lambda _: self._prepare(start))
        if start.is_off:
            start.attempt.end()
            return True
        if start.ready and warm is not None:
            _send(start.attempt, warm)
            return True
        return False

    def _prepare(self, start: Start) -> None:
        try:
            start.prepare(self._folders)
        except MissingError as error:
            if not store.is_in_reach():
                start.attempt.give_up(ends.FILES_AWAY)
                return
            damage.lose_missing(start.claim.run, error)
            start.attempt.leave()


def _send(attempt: LocalAttempt, warm: Warm) -> None:
    try:
        warm.launch(attempt.folder)
    except WarmGoneError:
        attempt.end()
