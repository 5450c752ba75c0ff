"""The verdict on an attempt that ended: the cause comes from all ranks, not from the first error."""

import errno
import json
import os
from pathlib import Path

import pytest

from trainer.attempt import events, job
from worker.evidence import End, Exit, disk_is_full, read_exits, read_log
from worker.judge import judge

KILLED_ONE = (Exit(0, job.PEER_LOST), Exit(1, -9))
HANGS = (Exit(0, job.PEER_LOST), Exit(1, 0))
SIGKILL_STATUS = 9  # a wait status: ended by signal 9


def test_a_killed_rank_is_the_cause_and_its_peers_complaint_is_not() -> None:
    report = events.Ended(outcome="failed", code="crashed", message="connection reset by peer")
    verdict = judge(End(step=7, exits=KILLED_ONE, status=256, report=report), [])
    assert (verdict.cause, verdict.action, verdict.signal) == ("killed", "go_on", "SIGKILL")
    assert verdict.reason.params == {"signal": "SIGKILL", "step": 7}


def test_the_first_death_counts_and_not_the_sigterm_of_the_survivors() -> None:
    verdict = judge(End(step=1, exits=(Exit(0, -15), Exit(1, -11)), status=256), [])
    assert verdict.signal == "SIGSEGV"


@pytest.mark.parametrize("exits", [(Exit(0, job.UNEXPECTED), Exit(1, -15)), (Exit(0, -15), Exit(1, job.UNEXPECTED))])
def test_an_error_of_one_rank_is_the_cause_and_not_the_sigterm_of_the_survivors(exits: tuple[Exit, ...]) -> None:
    report = events.Ended(
        outcome="failed", code="unexpected", message="Training ended by an unexpected error: %(error)s."
    )
    verdict = judge(End(step=3, exits=exits, status=256, report=report), [])
    assert (verdict.cause, verdict.action, verdict.reason.code) == ("reported", "fail", "unexpected")
    silent = judge(End(step=3, exits=exits, status=256, log="ValueError: no"), [])
    assert (silent.cause, silent.action, silent.reason.params["last"]) == ("crashed", "fail", "ValueError: no")


def test_a_rank_that_was_sent_away_by_hand_was_killed_whatever_its_peer_complains_of() -> None:
    verdict = judge(End(step=3, exits=(Exit(0, -15), Exit(1, job.PEER_LOST)), status=256), [])
    assert (verdict.cause, verdict.action, verdict.signal) == ("killed", "go_on", "SIGTERM")


def test_a_kill_with_a_risen_counter_is_out_of_memory_and_final() -> None:
    verdict = judge(End(step=7, exits=KILLED_ONE, status=256, oom_kills=1), [])
    assert (verdict.cause, verdict.action) == ("out_of_memory", "fail")


def test_a_crash_by_a_signal_of_its_own_is_never_out_of_memory() -> None:
    verdict = judge(End(step=7, exits=(Exit(0, -11),), status=256, oom_kills=1), [])
    assert (verdict.cause, verdict.action, verdict.signal) == ("killed", "go_on", "SIGSEGV")


def test_the_same_step_killed_twice_fails_and_names_signal_and_step() -> None:
    first = judge(End(step=7, exits=KILLED_ONE, status=256), [])
    second = judge(End(step=7, exits=KILLED_ONE, status=256), [first.record()])
    assert second.action == "fail"
    assert second.reason.params == {"signal": "SIGKILL", "step": 7, "times": 2}


def test_another_step_killed_goes_on() -> None:
    first = judge(End(step=7, exits=KILLED_ONE, status=256), [])
    assert judge(End(step=9, exits=KILLED_ONE, status=256), [first.record()]).action == "go_on"


def test_a_launcher_that_was_killed_before_it_wrote_anything_down_was_killed() -> None:
    assert judge(End(step=3, status=SIGKILL_STATUS), []).cause == "killed"


@pytest.mark.parametrize(("first", "second"), [(KILLED_ONE, HANGS), (HANGS, KILLED_ONE)])
def test_the_same_step_killed_and_hung_in_turns_fails(first: tuple[Exit, ...], second: tuple[Exit, ...]) -> None:
    before = judge(End(step=7, exits=first, status=256), [])
    assert judge(End(step=7, exits=second, status=256), [before.record()]).action == "fail"


def test_a_loss_of_the_worker_does_not_make_kills_forgotten() -> None:
    killed = judge(End(step=7, exits=KILLED_ONE, status=256), [])
    lost = judge(End(step=7), [killed.record()])
    assert lost.action == "go_on"
    again = judge(End(step=7, exits=KILLED_ONE, status=256), [lost.record(), killed.record()])
    assert (again.action, again.reason.params["times"]) == ("fail", 2)


def test_one_kill_among_losses_of_the_worker_goes_on_and_counts_as_one_of_them() -> None:
    lost, killed = judge(End(step=7), []).record(), judge(End(step=7, exits=KILLED_ONE, status=256), []).record()
    assert judge(End(step=7, exits=KILLED_ONE, status=256), [lost] * 4).action == "go_on"
    verdict = judge(End(step=7), [killed, lost, lost, lost])
    assert (verdict.action, verdict.reason.params["times"]) == ("fail", 5)


def test_a_lost_worker_goes_on_and_not_for_ever() -> None:
    lost = judge(End(step=0), [])
    assert (lost.cause, lost.action) == ("worker_lost", "go_on")
    assert judge(End(step=0), [lost.record()] * 4).action == "fail"
    assert judge(End(step=1), [lost.record()] * 4).action == "go_on"


@pytest.mark.parametrize(
    "end",
    [
        End(step=3, exits=(Exit(0, job.DISK_FULL),), status=256),
        End(step=3, exits=(Exit(0, 1),), status=256, disk_full=True),
    ],
)
def test_a_full_disk_pauses(end: End) -> None:
    verdict = judge(end, [])
    assert (verdict.cause, verdict.action, verdict.reason.code) == ("disk_full", "pause", "disk_full")


def test_what_training_said_is_what_a_person_reads() -> None:
    report = events.Ended(outcome="failed", code="one_class", message="Only %(count)s class.", params={"count": 1})
    verdict = judge(End(step=0, exits=(Exit(0, 0),), status=0, report=report), [])
    assert (verdict.action, verdict.reason.sentence, verdict.reason.params) == (
        "fail",
        "Only %(count)s class.",
        {"count": 1},
    )


@pytest.mark.parametrize("exits", [(), (Exit(0, -15),)])
def test_a_machine_that_can_start_no_process_is_not_the_fault_of_the_run(exits: tuple[Exit, ...]) -> None:
    verdict = judge(End(step=0, exits=exits, status=job.NO_PROCESS << 8), [])
    assert (verdict.cause, verdict.action, verdict.reason.code) == ("no_process", "go_on", "no_process")


def test_a_crash_without_a_word_fails_with_the_last_lines_of_the_log() -> None:
    verdict = judge(End(step=4, exits=(Exit(0, 1),), status=256, log="Traceback …\nValueError: no"), [])
    assert (verdict.cause, verdict.action) == ("crashed", "fail")
    assert verdict.reason.params["last"] == "ValueError: no"


def test_a_rank_that_hangs_is_tried_once_more() -> None:
    end = End(step=4, exits=(Exit(0, job.PEER_LOST), Exit(1, 0)), status=256)
    first = judge(end, [])
    assert (first.cause, first.action) == ("hung", "go_on")
    assert judge(end, [first.record()]).action == "fail"


def test_ranks_that_stop_answering_twice_at_the_same_step_fail() -> None:
    waiting = (Exit(0, job.PEER_LOST), Exit(1, job.PEER_LOST))
    first = judge(End(step=4, exits=waiting, status=256), [])
    assert (first.cause, first.action, first.reason.params) == ("hung", "go_on", {"step": 4})
    second = judge(End(step=4, exits=waiting, status=256), [first.record()])
    assert (second.action, second.reason.params) == ("fail", {"step": 4, "times": 2})


def left_behind(folder: Path, exits: list[int | None], **logs: str) -> Path:
    """What an attempt leaves: the exits of its ranks, and what they and their launcher printed."""
    (folder / "exits.json").write_text(
        json.dumps({"ranks": [{"rank": rank, "exitcode": code} for rank, code in enumerate(exits)]})
    )
    for name, text in logs.items():
        (folder / f"{name.replace('_', '-')}.log").write_text(text)
    return folder


def test_what_the_rank_printed_that_failed_is_told_and_not_what_others_say_of_it(tmp_path: Path) -> None:
    texts = {
        "rank_0": "PeerLostError: rank 1",
        "rank_1": "Traceback …\nValueError: no",
        "launcher": "rank 1 ended with exit code 1",
    }
    assert read_log(left_behind(tmp_path, [job.PEER_LOST, 1], **texts)).endswith("ValueError: no")


def test_where_no_rank_says_anything_the_launcher_is_heard(tmp_path: Path) -> None:
    assert read_log(left_behind(tmp_path, [], rank_0="", launcher="no rank was started")) == "no rank was started"


@pytest.mark.parametrize("where", ["rank_0", "rank_1", "launcher"])
def test_a_full_disk_is_noticed_whoever_met_it(tmp_path: Path, where: str) -> None:
    logs = {
        **dict.fromkeys(["rank_0", "rank_1", "launcher"], "a warning"),
        where: f"OSError: {os.strerror(errno.ENOSPC)}",
    }
    assert disk_is_full(left_behind(tmp_path, [1, 1], **logs))
    assert not disk_is_full(left_behind(tmp_path, [1, 1], **{where: "a warning"}))


def test_a_rank_that_could_not_even_be_killed_has_no_exit(tmp_path: Path) -> None:
    exits = read_exits(left_behind(tmp_path, [job.PEER_LOST, None]))
    assert exits == (Exit(0, job.PEER_LOST),)
    assert judge(End(step=3, exits=exits, status=256), []).cause == "hung"


@pytest.mark.parametrize("number", [6, 11])
def test_a_library_that_breaks_for_want_of_threads_is_want_of_processes(number: int) -> None:
    log = "libgomp: Thread creation failed: Resource temporarily unavailable"
    assert judge(End(step=3, exits=(Exit(0, -number),), status=256, log=log), []).cause == "no_process"
    assert judge(End(step=3, exits=(Exit(0, -9),), status=256, log=log), []).cause == "killed"
