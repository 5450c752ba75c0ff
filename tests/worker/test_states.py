"""The table of legal changes, held by the database."""

import itertools

import pytest

from webapp.accounts.models import User
from webapp.runs import states
from webapp.runs.models import Kind, Run, State, StreamEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    owner = User.objects.create_user("ada")
    return Run.objects.create(owner=owner, name="digits", kind=Kind.TRAIN, spec={}, devices_needed=1, attempt=3)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_only_legal_changes_happen(run: Run, before: State, after: State) -> None:
    Run.objects.filter(pk=run.pk).update(state=before)
    happened = states.move(run.pk, after)
    assert happened == (after in states.LEGAL[before])
    assert Run.objects.get(pk=run.pk).state == (after if happened else before)
    assert StreamEntry.objects.filter(run=run).count() == int(happened)


def test_an_attempt_that_was_given_up_changes_nothing(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING)
    assert not states.move(run.pk, State.SUCCEEDED, attempt=2)
    assert states.owned(run.pk, 2) is None
    assert states.move(run.pk, State.SUCCEEDED, attempt=3)


def test_a_queued_run_is_claimed_once(run: Run) -> None:
    assert states.begin_attempt(run.pk, 3)
    assert not states.begin_attempt(run.pk, 3)
    assert Run.objects.get(pk=run.pk).attempt == 4


def test_an_end_has_a_time_and_a_reason_is_told_once(run: Run) -> None:
    reason = states.Reason("waiting", "Waits for %(needed)s devices.", {"needed": 2})
    assert states.explain(run.pk, State.QUEUED, reason)
    assert not states.explain(run.pk, State.QUEUED, reason)
    states.move(run.pk, State.CANCELLED)
    ended = Run.objects.get(pk=run.pk)
    assert ended.ended is not None
    assert ended.reason == ""
