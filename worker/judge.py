"""Why an attempt ended without saying so: judged from the exits of all ranks, never from the first error alone.

A rank whose peer was killed reports a broken connection; the signal is the cause, the report its consequence.
"""

import errno
import json
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from trainer import events, job
from webapp.runs.states import Reason
from worker import ends

Cause = Literal["said", "killed", "hung", "out_of_memory", "crashed", "worker_lost", "disk_full"]
SAME_STEP_KILLS = 2
SAME_STEP_LOSSES = 5  # a worker may be killed by its owner again and again before a slow first step
LEAST_ROOM = 1024 * 1024  # bytes; with less than this a crash is put down to the full disk
LAST_LINES = 12

HUNG = Reason("hung", "Goes on from the last checkpoint: a rank stopped answering the others after step %(step)s.")
HUNG_AGAIN = Reason(
    "hung_again",
    "A rank stopped answering the others after step %(step)s, %(times)s times in a row; this run is not tried again.",
)
KILLED_AGAIN = Reason(
    "killed_again",
    "Killed by %(signal)s after step %(step)s, %(times)s times in a row; this run is not tried again.",
)
WORKER_LOST_AGAIN = Reason(
    "worker_lost_again",
    "The worker was lost after step %(step)s, %(times)s times in a row; this run is not tried again.",
)
OUT_OF_MEMORY = Reason(
    "out_of_memory",
    "Out of memory after step %(step)s: the system killed a process of this run. "
    "Choose a smaller batch or model, fewer ranks, or a machine with more memory.",
)
CRASHED = Reason("crashed", "The training process ended with an error after step %(step)s: %(last)s")

# How often in a row at the same step, why the run goes on until then, and why it fails then.
INTERRUPTIONS: dict[Cause, tuple[int, Reason, Reason]] = {
    "killed": (SAME_STEP_KILLS, ends.KILLED, KILLED_AGAIN),
    "hung": (SAME_STEP_KILLS, HUNG, HUNG_AGAIN),
    "worker_lost": (SAME_STEP_LOSSES, ends.WORKER_LOST, WORKER_LOST_AGAIN),
}


@dataclass(frozen=True)
class Exit:
    """How one rank ended: its exit code, negative for the signal that killed it."""

    rank: int
    exitcode: int


@dataclass(frozen=True)
class End:
    """What is known of an attempt's end."""

    step: int
    exits: tuple[Exit, ...] = ()
    status: int | None = None  # the launcher's wait status; None when it was lost with its worker
    oom_kills: int = 0  # of late, in our whole control group
    said: events.Ended | None = None
    log: str = ""
    disk_full: bool = False


@dataclass(frozen=True)
class Verdict:
    """The cause, what to do now, and why in words. ``record`` is kept with the attempt."""

    cause: Cause
    action: Literal["fail", "go_on", "pause"]
    reason: Reason
    signal: str = ""
    step: int = 0
    exits: tuple[Exit, ...] = ()

    def record(self) -> dict[str, Any]:
        return {
            "cause": self.cause,
            "signal": self.signal,
            "step": self.step,
            "ranks": [asdict(item) for item in self.exits],
        }


def judge(end: End, earlier: Sequence[dict[str, Any]]) -> Verdict:
    """The verdict on an end; ``earlier`` are the records of the run's attempts before this one, the latest first."""
    cause, name = _cause(end)
    again = 1 + _same_before(earlier, cause, end.step)
    action, reason = _consequence(end, cause, name, again)
    return Verdict(cause, action, reason, name, end.step, end.exits)


def _cause(end: End) -> tuple[Cause, str]:
    killed_by = _killer(end)
    if killed_by == "SIGKILL" and end.oom_kills:
        return "out_of_memory", killed_by
    codes = {item.exitcode for item in end.exits}
    if end.disk_full or job.DISK_FULL in codes:
        return "disk_full", ""
    if killed_by:
        return "killed", killed_by
    if end.said is not None:
        return "said", ""
    if job.PEER_LOST in codes and codes <= {0, job.PEER_LOST}:
        return "hung", ""
    return ("worker_lost" if end.status is None else "crashed"), ""


def _killer(end: End) -> str:
    """The signal that ended the attempt. SIGTERM comes last: it is what the survivors of another's end are sent."""
    numbers = [-item.exitcode for item in end.exits if item.exitcode < 0]
    if not end.exits and end.status is not None and os.WIFSIGNALED(end.status):
        numbers = [os.WTERMSIG(end.status)]
    if set(numbers) == {signal.SIGTERM} and any(item.exitcode > 0 and item.exitcode != job.PEER_LOST for item in end.exits):
        return ""  # a rank ended with an error of its own, and the others were sent away for it
    numbers.sort(key=lambda number: number == signal.SIGTERM)
    return _name(numbers[0]) if numbers else ""


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _same_before(earlier: Sequence[dict[str, Any]], cause: Cause, step: int) -> int:
    """How many attempts in a row, up to the last one, ended alike at this step."""
    count = 0
    for record in earlier:
        if record.get("cause") != cause or record.get("step") != step:
            break
        count += 1
    return count


def _consequence(end: End, cause: Cause, name: str, again: int) -> tuple[Literal["fail", "go_on", "pause"], Reason]:
    facts = {"step": end.step, "signal": name, "times": again}
    match cause:
        case "killed" | "hung" | "worker_lost":
            most, goes_on, given_up = INTERRUPTIONS[cause]
            return ("fail", _told(given_up, facts)) if again >= most else ("go_on", _told(goes_on, facts))
        case "out_of_memory":
            return "fail", _told(OUT_OF_MEMORY, facts)
        case "disk_full":
            return "pause", ends.DISK_FULL
        case "said":
            assert end.said is not None
            return "fail", Reason(end.said.code, end.said.message, {**end.said.params, **({"log": end.log} if end.log else {})})
        case _:
            return "fail", Reason(CRASHED.code, CRASHED.sentence, {"step": end.step, "last": _last_line(end.log), "log": end.log})


def _told(reason: Reason, facts: dict[str, Any]) -> Reason:
    """The reason with those of the facts that its sentence names."""
    return Reason(reason.code, reason.sentence, {name: fact for name, fact in facts.items() if f"%({name})s" in reason.sentence})


def _last_line(log: str) -> str:
    lines = log.strip().splitlines()
    return lines[-1].strip() if lines else "it wrote nothing."


def read_exits(folder: Path) -> tuple[Exit, ...]:
    """The exits of all ranks as the launcher wrote them; none when it was killed before it could."""
    try:
        stored = json.loads((folder / "exits.json").read_text())
    except (OSError, ValueError):
        return ()
    return tuple(Exit(int(item["rank"]), int(item["exitcode"])) for item in stored.get("ranks", []))


def read_log(folder: Path) -> str:
    """The last lines that the first rank which says something printed."""
    for path in sorted(folder.glob("*.log")):
        if lines := _tail(path):
            return lines
    return ""


def disk_is_full(folder: Path, log: str) -> bool:
    return os.strerror(errno.ENOSPC) in log or shutil.disk_usage(folder).free < LEAST_ROOM


def _tail(path: Path) -> str:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 16384))
        lines = stream.read().decode(errors="replace").replace("\0", "").splitlines()
    return "\n".join(line for line in lines[-LAST_LINES:] if line.strip())
