"""A run's log as a person reads it: what training said, and between it states, placements, rewinds, outputs and proofs.

Everything comes from the run's stream and those of its export runs, so that the page shows the same when it is opened
later as it showed while the run went on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp import scalars, words
from webapp.formatting import short
from webapp.runs.headline import of_report
from webapp.runs.models import Attempt, Kind, Run, State, StreamEntry
from webapp.runs.services import PAUSING

Level = Literal["info", "warning", "error", "success"]
Body = Mapping[str, Any]
Said = tuple[Level, str]
LINES = 500
NOTHING: Mapping[UUID, int] = {}
TYPES = ("state", "started", "rewind", "log", "output", "result")


@dataclass(frozen=True)
class Line:
    """One sentence of the log; ``seq`` is the number of what it tells of in the stream of ``run``."""

    run: UUID
    seq: int
    time: datetime
    level: Level
    text: str


def lines(run: Run, positions: Mapping[UUID, int] = NOTHING) -> list[Line]:
    """The newest lines, oldest first, behind the number that is ``known`` of each of the streams; all of one
    that is not.
    """
    exports = run.children.filter(kind=Kind.EXPORT).values_list("pk", flat=True)
    unknown = reduce(or_, (Q(run=member, seq__gt=positions.get(member, 0)) for member in (run.pk, *exports)))
    entries = list(StreamEntry.objects.filter(unknown, type__in=TYPES).order_by("-pk")[:LINES])
    # Read behind the entries that tell of them.
    attempts = {one.number: one for one in run.attempts.select_related("worker")}
    return list(_lines(run, reversed(entries), attempts))


def _lines(run: Run, entries: Iterator[StreamEntry], attempts: Mapping[int, Attempt]) -> Iterator[Line]:
    for entry in entries:
        sentences = _of_run(run, entry, attempts) if entry.run_id == run.pk else _of_export(entry)
        for level, text in sentences:
            yield Line(entry.run_id, entry.seq, entry.created, level, text)


def _of_run(run: Run, entry: StreamEntry, attempts: Mapping[int, Attempt]) -> Iterator[Said]:
    body: Body = entry.body
    match entry.type:
        case "log":
            yield body.get("level", "info"), words.sentence(body["message"], body.get("params") or {})
        case "state":
            yield from _state(body, attempts)
        case "started":
            yield "info", _started(body)
        case "rewind":
            yield "warning", _("Back at the checkpoint of step %(step)s.") % {"step": short(body["step"])}
        case "output" if body.get("role") == "model":
            yield "info", _output(body)
        case "result" if run.kind == Kind.EXPORT:
            yield from _proofs(body)
        case "result":
            yield from _result(body)


def _of_export(entry: StreamEntry) -> Iterator[Said]:
    """Of an export run only what came of it: proofs, the bundle, and a failure."""
    body: Body = entry.body
    if entry.type == "result":
        yield from _proofs(body)
    elif entry.type == "output" and (body.get("meta") or {}).get("format") == "bundle":
        yield (
            "success",
            _("The downloads are ready: %(name)s, %(size)s.")
            % {"name": body["name"], "size": filesizeformat(body["size"])},
        )
    elif entry.type == "state" and body["state"] == State.FAILED:
        yield "error", _("The exports failed: %(reason)s") % {"reason": _reason(body)}


def _state(body: Body, attempts: Mapping[int, Attempt]) -> Iterator[Said]:
    state, reason, step = body["state"], _reason(body), short(body.get("step", 0))
    match state:
        case State.STARTING:
            yield "info", _taken(attempts.get(body.get("attempt", 0)))
        case State.RUNNING if body.get("reason_code") == PAUSING.code:
            yield "info", reason
        case State.RUNNING:
            return  # the ranks say themselves where they begin
        case State.STOPPING:
            yield "info", _("Stops after the step at hand, and keeps what was trained.")
        case State.PAUSED:
            yield "warning", _with_reason(_("Paused at step %(step)s.") % {"step": step}, reason)
        case State.SUCCEEDED:
            yield "success", _("Done.")
        case State.STOPPED:
            yield "success", _("Stopped at step %(step)s; what was trained is kept.") % {"step": step}
        case State.FAILED:
            yield "error", _with_reason(_("Failed."), reason)
        case State.CANCELLED:
            yield "warning", _with_reason(_("Cancelled."), reason)
        case _:
            yield "info", _with_reason(_("%(state)s.") % {"state": words.state(state)}, reason)


def _taken(attempt: Attempt | None) -> str:
    if attempt is None or attempt.worker is None:
        return _("Taken by a worker.")
    gaps = {"worker": attempt.worker.name, "devices": ", ".join(attempt.placement)}
    return _("Taken by %(worker)s on %(devices)s.") % gaps if attempt.placement else _("Taken by %(worker)s.") % gaps


def _started(body: Body) -> str:
    placement = body.get("placement") or []
    ranks = ngettext("%(n)d rank", "%(n)d ranks", len(placement)) % {"n": len(placement)}
    gaps = {
        "step": short(body["step"]),
        "total": short(body["total_steps"]),
        "ranks": ranks,
        "devices": ", ".join(placement),
    }
    if body["step"]:
        return _("Goes on from step %(step)s of %(total)s with %(ranks)s: %(devices)s.") % gaps
    return _("Training begins: %(total)s steps with %(ranks)s: %(devices)s.") % gaps


def _output(body: Body) -> str:
    gaps = {
        "name": words.stage(str((body.get("meta") or {}).get("name", ""))),
        "file": body["name"],
        "size": filesizeformat(body["size"]),
    }
    return (
        _("%(name)s: %(file)s, %(size)s.") % gaps
        if gaps["name"]
        else _("The model is stored: %(file)s, %(size)s.") % gaps
    )


def _result(body: Body) -> Iterator[Said]:
    scalar = of_report(body.get("report") or {})
    if scalar is not None:
        yield "info", _("%(name)s: %(value)s.") % {"name": scalars.label(scalar), "value": scalars.text(scalar)}
    for block in (body.get("report") or {}).get("blocks") or ():
        if block["type"] == "caution":
            yield "warning", words.sentence(block["message"], block["params"])


def _proofs(body: Body) -> Iterator[Said]:
    for proof in (body.get("report") or {}).get("exports", []):
        name, why = (
            words.file_format(str(proof.get("format", ""))),
            words.sentence(proof.get("message") or "", proof.get("params") or {}),
        )
        if proof.get("status") == "proved":
            gaps = {
                "format": name,
                "difference": short(proof.get("largest_difference")),
                "rows": short(proof.get("rows")),
            }
            yield "info", _("%(format)s is proved: it differs by at most %(difference)s on %(rows)s rows.") % gaps
        else:
            gaps = {"format": name, "status": words.state(str(proof.get("status", ""))), "why": why}
            yield "warning", (_("%(format)s: %(status)s. %(why)s") % gaps).strip()


def _reason(body: Body) -> str:
    return words.sentence(body.get("reason") or "", body.get("reason_params") or {})


def _with_reason(sentence: str, reason: str) -> str:
    return f"{sentence} {reason}" if reason else sentence
