"""How busy the machine is, as points of each run that it works on."""

from collections.abc import Sequence

import numpy as np
from django.db import transaction

from trainer import clock
from webapp.metrics.codec import Batch, Points
from webapp.runs import states, stream
from worker.held import Held
from worker.probes import Probes


class Meter:
    """Reads the machine and records the reading; ``load`` is the last one."""

    def __init__(self, gpus: Sequence[str]) -> None:
        """``gpus`` are the UUIDs of those that this worker has."""
        self._probes = Probes(gpus)
        self._began = clock.beginning()
        self.load: dict[str, float] = {}

    def read(self, working: list[Held]) -> None:
        """Take a reading and add it to the hardware curves of the runs at work."""
        try:
            self.load = self._probes.read()
        except OSError:
            return  # no descriptor is left: there is a gap in the curves
        for held in working:
            self._record(held)

    def _record(self, held: Held) -> None:
        with transaction.atomic():
            run = states.owned(held.run_id, held.attempt.number)
            if run is not None and run.total_steps:
                stream.record(run.pk, batch=self._batch(run.step))

    def _batch(self, step: int) -> Batch:
        steps, times = np.array([step], np.int64), np.array([self._began + clock.steady()])
        return {name: Points(steps, np.array([value]), times) for name, value in self.load.items()}

    def close(self) -> None:
        self._probes.close()
