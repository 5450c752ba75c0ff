"""What a browser lacks: the messages behind a number, read from the database."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from webapp.metrics import reading
from webapp.metrics.chunk import Marked
from webapp.metrics.window import window
from webapp.runs import messages
from webapp.runs.models import Run, StreamEntry
from webapp.words import told

POINTS_AT_MOST = 50_000
ENTRIES_AT_MOST = 1_000
SNAPSHOT_ENTRIES = 500
SNAPSHOT_POINTS = 2_000
_FACTS = (
    "state",
    "reason_code",
    "reason",
    "reason_params",
    "attempt",
    "step",
    "total_steps",
    "steps_per_epoch",
    "queued",
    "started",
    "ended",
)


@dataclass(frozen=True)
class Replay:
    """Messages in order, and the number that a browser stands at once it has them."""

    messages: list[str]
    last: int


def hello(run_id: UUID, after: int) -> tuple[str, int]:
    """The first message: from which number on the browser is told, up to which there is something to tell at this
    moment, and how the run stands. And the number from which on.

    A number that was never given, as after the database was restored from a backup, is named as ``unknown``: such a
    browser is told everything. Raises Run.DoesNotExist.
    """
    run = Run.objects.values("stream", *_FACTS).get(pk=run_id)
    last = run.pop("stream")
    position, unknown = (0, {"unknown": after}) if after > last else (after, {})
    return messages.dumps({"type": "hello", "seq": position, "last": last, **unknown, "run": told(run)}), position


def facts(run_id: UUID) -> dict[str, Any]:
    return dict(Run.objects.values(*_FACTS).get(pk=run_id))


def since(run_id: UUID, after: int) -> Replay:
    """Everything behind number ``after``; a snapshot of the whole where that is too much, or ``after`` was never given.

    The snapshot then names it as ``unknown``. Raises Run.DoesNotExist.
    """
    with reading.one_moment():
        last = Run.objects.values_list("stream", flat=True).get(pk=run_id)
        if after == last:
            return Replay([], last)
        entries = StreamEntry.objects.filter(run=run_id, seq__gt=after).order_by("seq")
        if after > last:
            return Replay([_snapshot(run_id, 0, last, unknown=after)], last)
        if entries.count() > ENTRIES_AT_MOST or reading.count_after(run_id, after) > POINTS_AT_MOST:
            return Replay([_snapshot(run_id, after, last)], last)
        numbered = list(entries.values_list("seq", "type", "body", "created"))
        series = reading.after(run_id, after)
        newest = [int(marked.seqs[-1]) for marked in series.values() if len(marked)]
        newest_seq = max([after, *(row[0] for row in numbered[-1:]), *newest])
        texts = _in_order(after, newest_seq, numbered, series)
        return Replay(texts if newest_seq == last else [*texts, _progress(run_id, newest_seq, last)], last)


def _in_order(after: int, last: int, entries: list[tuple[Any, ...]], series: dict[str, Marked]) -> list[str]:
    """Entries as they were told, and between two of them all points of that stretch as one message."""
    texts = []
    for seq, kind, body, created in entries:
        if points := _points(after, seq - 1, series):
            texts.append(points)
            after = seq - 1
        texts.append(messages.entry(seq, kind, body, created.timestamp(), after))
        after = seq
    points = _points(after, last, series)
    return [*texts, points] if points else texts


def _points(after: int, last: int, series: dict[str, Marked]) -> str | None:
    batch = {}
    for name, marked in series.items():
        start, end = np.searchsorted(marked.seqs, [after, last], side="right")
        if end > start:
            batch[name] = marked.points[start:end]
    return messages.points(after, last, batch) if batch else None


def _progress(run_id: UUID, before: int, last: int) -> str:
    """Progress is told but not kept, so that its numbers are in no row: the run's own row says how far it is."""
    facts_of_run = facts(run_id)
    body = {name: facts_of_run[name] for name in ("step", "total_steps", "steps_per_epoch")}
    return messages.entry(last, "progress", body, before=before)


def _snapshot(run_id: UUID, after: int, last: int, **more: int) -> str:
    entries = StreamEntry.objects.filter(run=run_id).order_by("-seq")[:SNAPSHOT_ENTRIES]
    series = window(run_id, None, SNAPSHOT_POINTS)
    return messages.dumps(
        {
            "type": "snapshot",
            "from": after,
            "seq": last,
            "series": {name: part.json() for name, part in series.items()},
            "entries": [
                {"seq": entry.seq, "type": entry.type, "time": entry.created.timestamp(), "body": told(entry.body)}
                for entry in reversed(entries)
            ],
            "run": told(facts(run_id)),
            **more,
        }
    )
