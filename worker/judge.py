"""Why an attempt ended without saying so: judged from the exits of all ranks, never from the first error alone.

A rank whose peer was killed reports a broken connection; the signal is the cause, the report its consequence.
"""

import os
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any, Literal

from trainer import scarce
from trainer.attempt import events, job
from trainer.errors import CheckpointError, DamagedError
from webapp.runs.states import Reason
from worker import damage, ends
from worker.evidence import End, Exit

Cause = Literal[
    "reported",
    "killed",
    "hung",
    "out_of_memory",
    "crashed",
    "worker_lost",
    "disk_full",
    "no_process",
    "damaged",
    "input_damaged",
    "journal_damaged",
]
Action = Literal["fail", "go_on", "pause"]
SAME_STEP_KILLS = 2
SAME_STEP_LOSSES = 5  # kills counted in; a worker may be killed by its owner again and again before a slow first step

HUNG = Reason("hung", "Goes on from the last checkpoint: a rank stopped answering the others after step %(step)s.")
HUNG_AGAIN = Reason(
    "hung_again",
    "A rank stopped answering the others after step %(step)s. The run was cut off there %(times)s times in a row; it "
    "is not tried again.",
)
KILLED_AGAIN = Reason(
    "killed_again",
    "Killed by %(signal)s after step %(step)s. The run was cut off there %(times)s times in a row; it is not tried "
    "again.",
)
WORKER_LOST_AGAIN = Reason(
    "worker_lost_again",
    "The worker was lost after step %(step)s. The run was cut off there %(times)s times in a row; it is not tried "
    "again.",
)
OUT_OF_MEMORY = Reason(
    "out_of_memory",
    "Out of memory after step %(step)s: the system killed a process of this run. "
    "Choose a smaller batch or model, fewer ranks, or a machine with more memory.",
)
JOURNAL_DAMAGED = Reason(
    "journal_damaged",
    "Goes on from the last checkpoint: the journal of this attempt is damaged behind step %(step)s. What followed is "
    "made again; nothing is lost. Have the disk of the worker’s machine checked.",
)
JOURNAL_DAMAGED_AGAIN = Reason(
    "journal_damaged_again",
    "The journal was damaged behind step %(step)s. The run was cut off there %(times)s times in a row; it is not tried "
    "again. Have the disk of the worker’s machine checked.",
)
CRASHED = Reason("crashed", "The training process ended with an error after step %(step)s: %(last)s")


@dataclass(frozen=True)
class Interruption:
    """How often in a row at the same step, by which causes, why the run goes on until then, and why it fails then."""

    most: int
    counted: frozenset[Cause]
    goes_on: Reason
    given_up: Reason


# A machine's loss says less about the run than a death on a machine that lives, and more than nothing.
OWN = frozenset[Cause]({"killed", "hung"})
INTERRUPTIONS: dict[Cause, Interruption] = {
    "killed": Interruption(SAME_STEP_KILLS, OWN, ends.KILLED, KILLED_AGAIN),
    "hung": Interruption(SAME_STEP_KILLS, OWN, HUNG, HUNG_AGAIN),
    "journal_damaged": Interruption(SAME_STEP_KILLS, OWN | {"journal_damaged"}, JOURNAL_DAMAGED, JOURNAL_DAMAGED_AGAIN),
    "worker_lost": Interruption(SAME_STEP_LOSSES, OWN | {"worker_lost"}, ends.WORKER_LOST, WORKER_LOST_AGAIN),
}


@dataclass(frozen=True)
class Verdict:
    """The cause, what to do now, and why in words. ``record`` is kept with the attempt."""

    cause: Cause
    action: Action
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
    action, reason = _consequence(end, cause, name, earlier)
    return Verdict(cause, action, reason, name, end.step, end.exits)


def _cause(end: End) -> tuple[Cause, str]:
    if end.status is not None and os.waitstatus_to_exitcode(end.status) == job.NO_PROCESS:
        return "no_process", ""
    if end.journal_damaged:
        return "journal_damaged", ""
    killed_by = _killer(end)
    if killed_by == "SIGKILL" and end.oom_kills:
        return "out_of_memory", killed_by
    if killed_by not in ("", "SIGKILL") and scarce.tells(end.log):
        return "no_process", ""  # torch ends itself where it gets no thread, and its libraries break
    codes = {item.exitcode for item in end.exits}
    if end.disk_full or job.DISK_FULL in codes:
        return "disk_full", ""
    if killed_by:
        return "killed", killed_by
    if end.report is not None:
        return _cause_reported(end, end.report.code), ""
    if job.PEER_LOST in codes and codes <= {0, job.PEER_LOST}:
        return "hung", ""
    if end.status == 0:
        return "journal_damaged", ""  # each rank ended in order, hence the journal told how
    return ("worker_lost" if end.status is None else "crashed"), ""


def _cause_reported(end: End, code: str) -> Cause:
    if code == CheckpointError.CODE and end.lost is not None:
        return "damaged"
    return "input_damaged" if code == DamagedError.CODE and end.can_wait else "reported"


def _killer(end: End) -> str:
    """The signal that ended the attempt. SIGTERM comes last: it is what the survivors of another's end are sent."""
    numbers = [-item.exitcode for item in end.exits if item.exitcode < 0]
    if not end.exits and end.status is not None and os.WIFSIGNALED(end.status):
        numbers = [os.WTERMSIG(end.status)]
    if set(numbers) == {signal.SIGTERM} and any(
        item.exitcode > 0 and item.exitcode != job.PEER_LOST for item in end.exits
    ):
        return ""  # a rank ended with an error of its own, and the others were sent away for it
    numbers.sort(key=lambda number: number == signal.SIGTERM)
    return _name(numbers[0]) if numbers else ""


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _cut_off_before(earlier: Sequence[dict[str, Any]], step: int) -> list[Any]:
    """The causes of the attempts in a row, up to the last one, that were cut off at this step, by whatever."""
    row = takewhile(lambda record: record.get("cause") in INTERRUPTIONS and record.get("step") == step, earlier)
    return [record["cause"] for record in row]


def _consequence(end: End, cause: Cause, name: str, earlier: Sequence[dict[str, Any]]) -> tuple[Action, Reason]:
    match cause:
        case "killed" | "hung" | "worker_lost" | "journal_damaged":
            return _after_interruption(end, cause, name, earlier)
        case "out_of_memory":
            return "fail", _filled(OUT_OF_MEMORY, {"step": end.step})
        case "disk_full":
            return "pause", ends.DISK_FULL
        case "damaged":
            assert end.lost is not None
            return "go_on", end.lost.reason(end.step)
        case "input_damaged":
            assert end.report is not None
            return "pause", damage.about_damaged_input(end.report.message, end.report.params)
        case "no_process":
            return "go_on", ends.NO_PROCESS
        case "reported":
            assert end.report is not None
            return "fail", _reported(end.report, end.log)
        case "crashed":
            return "fail", _filled(CRASHED, {"step": end.step, "last": _last_line(end.log)}, log=end.log)


def _after_interruption(end: End, cause: Cause, name: str, earlier: Sequence[dict[str, Any]]) -> tuple[Action, Reason]:
    """Whether the run goes on: not where it was cut off at the same step too often."""
    rule = INTERRUPTIONS[cause]
    times = 1 + sum(before in rule.counted for before in _cut_off_before(earlier, end.step))
    facts = {"step": end.step, "signal": name, "times": times}
    if times >= rule.most:
        return "fail", _filled(rule.given_up, facts)
    return "go_on", _filled(rule.goes_on, facts)


def _reported(report: events.Ended, log: str) -> Reason:
    """The reason that rank 0 wrote down, with what was printed where anything was."""
    return Reason(report.code, report.message, {**report.params, **({"log": log} if log else {})})


def _filled(reason: Reason, facts: dict[str, Any], **further: Any) -> Reason:
    """The reason with those of the facts that its sentence names, and with further ones that it does not."""
    named = {name: fact for name, fact in facts.items() if f"%({name})s" in reason.sentence}
    return Reason(reason.code, reason.sentence, {**named, **further})


def _last_line(log: str) -> str:
    lines = log.strip().splitlines()
    return lines[-1].strip() if lines else "it wrote nothing."
