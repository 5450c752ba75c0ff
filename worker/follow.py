"""From an attempt's journal into the database, exactly once, whoever dies.

What was read and how far it was read commit in one transaction, and only while the attempt is still the run's own.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models.functions import Now

from trainer.attempt import events
from trainer.attempt.journal import Reader
from webapp.metrics.codec import Batch, Points
from webapp.metrics.store import GOES_STRAIGHT_INTO_CHUNKS
from webapp.runs import checkpoints, flush, scores, states, stream
from webapp.runs.models import Attempt, Run, State
from webapp.runs.services import PAUSING
from worker import ends, publish

LARGEST_BATCH = 20_000


class FencedError(Exception):
    """The attempt is not the run's any more: it was given up, cancelled or deleted."""


class JournalDamagedError(Exception):
    """The attempt's journal was damaged after it was written; what stands behind the damage is not taken in."""


@dataclass
class JournalPart:
    """Events read together. ``rewind`` comes before the points, the points come before the rest."""

    position: int
    rewind: int | None = None
    series: dict[int, list[events.Point]] = field(default_factory=dict)
    others: list[events.Event] = field(default_factory=list)
    points: int = 0

    def last_step(self) -> int | None:
        return max((points[-1].step for points in self.series.values()), default=None)

    def is_a_small_flush(self) -> bool:
        """Whether it is points alone, and few enough for the live tail."""
        longest = max(map(len, self.series.values()), default=0)
        return self.rewind is None and not self.others and 0 < longest < GOES_STRAIGHT_INTO_CHUNKS


class Follower:
    """Reads one attempt's journal and moves the attempt's position with what it stores."""

    def __init__(self, run_id: UUID, attempt: Attempt, folder: Path) -> None:
        self.run_id = run_id
        self.attempt = attempt
        self.folder = folder
        self.position = attempt.position
        self.ended: events.Ended | None = None  # read, not applied: a failure is judged when all ranks have ended
        self.finished = False  # the run's end, or its pause, is in the database
        self._names: dict[int, tuple[str, ...]] = {}
        self._certain = True
        self._waiting: tuple[JournalPart, publish.Delivery] | None = None
        self._knows_names = not self.position

    def grown(self) -> bool:
        """Whether the journal holds more than was read."""
        return self._reader().has_more()

    def follow(self) -> bool:
        """Store the next events; False when there were none, or their files are still on the way into the store.

        Raises FencedError, JournalDamagedError, OSError when the disk is full, and database errors, after which it may
        be called again.
        """
        if self._waiting is None:
            self._waiting = self._next()
        if self._waiting is None or not self._has_arrived(self._waiting[1]):
            return False
        (part, delivery), self._waiting = self._waiting, None
        self._certain = False  # until the commit is known to have happened
        try:
            if part.is_a_small_flush():
                self._flush(part)
            else:
                self._store(part, delivery)
        finally:
            delivery.discard()
        self.position, self._certain = part.position, True
        return True

    def drain(self) -> bool:
        """Store the next events; True when nothing is left of the journal, and nothing on its way.
        Raises like ``follow``.
        """
        return not self.follow() and self._waiting is None

    def check(self) -> None:
        """Raises JournalDamagedError where the next event cannot be read although it was written once, and OSError."""
        # Looked at twice: one look may see the room of a frame that is being written before it, and the next behind it.
        if self._waiting is None and self._reader().is_damaged() and self._reader().is_damaged():
            raise self._damage(self.position)

    def close(self) -> None:
        """Leave what is still on its way."""
        if self._waiting is not None:
            self._waiting[1].discard()
            self._waiting = None

    def _next(self) -> tuple[JournalPart, publish.Delivery] | None:
        if not self._certain:
            self._ask_position()
        part = self._read()
        return None if part.position == self.position else (part, publish.Delivery(part.others, self.folder))

    def _has_arrived(self, delivery: publish.Delivery) -> bool:
        """Raises what kept it from arriving; then it is not waited for any longer."""
        waiting, self._waiting = self._waiting, None
        has_arrived = delivery.has_arrived()
        self._waiting = waiting
        return has_arrived

    def _read(self) -> JournalPart:
        if not self._knows_names:
            self._learn_names()
        reader = self._reader()
        part, self.ended = JournalPart(self.position), None
        for position, event in reader.read():
            if isinstance(event, events.Series):
                self._names[event.id] = event.names
            elif isinstance(event, events.Point):
                part.series.setdefault(event.series, []).append(event)
                part.points += 1
            elif isinstance(event, events.Rewind):
                if part.points or part.others:
                    break
                part.rewind = event.step
            elif isinstance(event, events.Ended) and event.outcome == "failed":
                self.ended = event
                break
            else:
                part.others.append(event)
            part.position = position
            if part.points >= LARGEST_BATCH or isinstance(event, events.Ended):
                break
        return part

    def _flush(self, part: JournalPart) -> None:
        stretch = flush.Stretch(self.attempt.number, self.position, part.position, part.last_step() or 0)
        if not flush.points(self.run_id, stretch, self._batch(part)):
            raise FencedError

    def _store(self, part: JournalPart, delivery: publish.Delivery) -> None:
        with transaction.atomic():
            run = self._own_run()
            if not Attempt.objects.filter(pk=self.attempt.pk, position=self.position).update(position=part.position):
                raise FencedError
            published = delivery.adopt()
            if part.rewind is not None:
                checkpoints.drop(list(run.checkpoints.filter(step__gt=part.rewind)))
            entries = [entry for event in part.others for entry in self._apply(run, event, published)]
            self._move_step(part)
            stream.record(self.run_id, entries=entries, batch=self._batch(part), rewind=part.rewind)
            if part.others and isinstance(ended := part.others[-1], events.Ended):
                ends.finish(run, ended)
                transaction.on_commit(self._mark_finished)

    def _own_run(self) -> Run:
        run = states.owned(self.run_id, self.attempt.number)
        if run is None:
            raise FencedError
        return run

    def _apply(self, run: Run, event: events.Event, published: publish.Published) -> list[tuple[str, dict[str, Any]]]:
        """Make the event true in the database and say what the browsers learn of it."""
        match event:
            case events.Started():
                return self._apply_started(run, event)
            case events.Log():
                return [
                    (
                        "log",
                        {"level": event.level, "code": event.code, "message": event.message, "params": event.params},
                    )
                ]
            case events.Checkpoint():
                publish.checkpoint(run, event, published)
                return []
            case events.Output():
                return [("output", publish.output(run, event, published))]
            case events.Result():
                Run.objects.filter(pk=run.pk).update(report=event.report)
                scores.keep(run, event.report)
                return [("result", {"report": event.report})]
            case _:
                return []

    def _apply_started(self, run: Run, event: events.Started) -> list[tuple[str, dict[str, Any]]]:
        totals = {"total_steps": event.total_steps, "steps_per_epoch": event.steps_per_epoch}
        Run.objects.filter(pk=run.pk).update(**totals)
        Run.objects.filter(pk=run.pk, started=None).update(started=Now())
        Attempt.objects.filter(pk=self.attempt.pk).update(placement=list(event.placement))
        reason = PAUSING if run.reason_code == PAUSING.code else states.NO_REASON
        states.move(run.pk, State.RUNNING, attempt=self.attempt.number, reason=reason)
        return [("started", {"step": event.step, "placement": list(event.placement), **totals})]

    def _move_step(self, part: JournalPart) -> None:
        step = part.last_step()
        step = part.rewind if step is None else step
        if step is not None:
            Run.objects.filter(pk=self.run_id).update(step=step)

    def _batch(self, part: JournalPart) -> Batch:
        batch: Batch = {}
        for series, points in part.series.items():
            steps = np.fromiter((point.step for point in points), np.int64, len(points))
            times = np.fromiter((point.time for point in points), np.float64, len(points))
            values = np.array([point.values for point in points], np.float64)
            for column, name in enumerate(self._names[series]):
                added = Points(steps, values[:, column], times)
                batch[name] = Points.joined([batch[name], added]) if name in batch else added
        return batch

    def _ask_position(self) -> None:
        """After an error during a commit only the database knows whether it happened."""
        position = Attempt.objects.filter(pk=self.attempt.pk).values_list("position", flat=True).first()
        if position is None:
            raise FencedError
        if position != self.position:
            self.position = position
            self.finished = Run.objects.filter(pk=self.run_id).exclude(state__in=states.WORKING).exists()
        self._certain = True

    def _learn_names(self) -> None:
        reader = Reader(self.folder / "journal", points=False)
        while reader.position < self.position:
            before = reader.position
            for _position, event in reader.read():
                if isinstance(event, events.Series):
                    self._names[event.id] = event.names
            if reader.position == before and reader.has_more():
                raise self._damage(before)
            if reader.position == before:
                break
        self._knows_names = True

    def _reader(self) -> Reader:
        return Reader(self.folder / "journal", self.position)

    def _damage(self, position: int) -> JournalDamagedError:
        return JournalDamagedError(f"{self.folder / 'journal'} is damaged at byte {position}")

    def _mark_finished(self) -> None:
        self.finished = True
