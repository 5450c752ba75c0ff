"""How busy the machine is, as points of each run that it works on."""

from collections.abc import Sequence

import numpy as np
from django.db import transaction

from trainer.attempt import clock
from webapp.metrics.codec import Batch, Points
from webapp.runs import states, stream
from worker.local_attempt import LocalAttempt
from worker.probes import Probes


class Meter:
    """Reads the machine and records the reading; ``load`` is the last one."""

    def __init__(self, gpus: Sequence[str]) -> None:
        """``gpus`` are the UUIDs of those that this worker has."""
        self._probes = Probes(gpus)
        self._began = clock.beginning()
        self.load: dict[str, float] = {}

    def read(self, working: list[LocalAttempt]) -> None:
        """Take a reading and add it to the hardware curves of the runs at work."""
        try:
            self.load = self._probes.read()
        except OSError:
            return  # no descriptor is left: there is a gap in the curves
        for attempt in working:
            self._record(attempt)

    def _record(self, attempt: LocalAttempt) -> None:
        with transaction.atomic():
            run = states.owned(attempt.run_id, attempt.row.number)
            if run is not None and run.total_steps:
                stream.record(run.pk, batch=self._batch(run.step))

    def _batch(self, step: int) -> Batch:
        steps, times = np.array([step], np.int64), np.array([self._began + clock.steady()])
        return {name: Points(steps, np.array([value]), times) for name, value in self.load.items()}

    def close(self) -> None:
        self._probes.close()
