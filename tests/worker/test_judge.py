"""The verdict on an attempt that ended: the cause comes from all ranks, not from the first error."""

import pytest

from trainer import events, job
from worker.judge import End, Exit, judge

KILLED_ONE = (Exit(0, job.PEER_LOST), Exit(1, -9))
SIGKILL_STATUS = 9  # a wait status: ended by signal 9


def test_a_killed_rank_is_the_cause_and_its_peers_complaint_is_not() -> None:
    said = events.Ended(outcome="failed", code="crashed", message="connection reset by peer")
    verdict = judge(End(step=7, exits=KILLED_ONE, status=256, said=said), [])
    assert (verdict.cause, verdict.action, verdict.signal) == ("killed", "go_on", "SIGKILL")
    assert verdict.reason.params == {"signal": "SIGKILL", "step": 7}


def test_the_first_death_counts_and_not_the_sigterm_of_the_survivors() -> None:
    verdict = judge(End(step=1, exits=(Exit(0, -15), Exit(1, -11)), status=256), [])
    assert verdict.signal == "SIGSEGV"


@pytest.mark.parametrize("exits", [(Exit(0, job.UNEXPECTED), Exit(1, -15)), (Exit(0, -15), Exit(1, job.UNEXPECTED))])
def test_an_error_of_one_rank_is_the_cause_and_not_the_sigterm_of_the_survivors(exits: tuple[Exit, ...]) -> None:
    said = events.Ended(outcome="failed", code="unexpected", message="Training ended by an unexpected error: %(error)s.")
    verdict = judge(End(step=3, exits=exits, status=256, said=said), [])
    assert (verdict.cause, verdict.action, verdict.reason.code) == ("said", "fail", "unexpected")
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
    said = events.Ended(outcome="failed", code="one_class", message="Only %(count)s class.", params={"count": 1})
    verdict = judge(End(step=0, exits=(Exit(0, 0),), status=0, said=said), [])
    assert (verdict.action, verdict.reason.sentence, verdict.reason.params) == ("fail", "Only %(count)s class.", {"count": 1})


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
