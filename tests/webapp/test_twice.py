"""Two people, or one who presses twice, ask for the same thing at once: it happens once, and both get an answer."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.things import Things
from webapp.runs import services, states
from webapp.runs.models import Run, State, StreamEntry
from webapp.runs.services import CommandKind, IllegalCommand

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


@pytest.fixture
def ada(tmp_path: Path, settings: Settings) -> Things:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


@pytest.fixture
def run(ada: Things) -> Run:
    """A run that trains."""
    run = Run.objects.get(pk=ada.identifiers["run"])
    Run.objects.filter(pk=run.pk).update(state=State.QUEUED, ended=None, step=5)
    assert states.begin_attempt(run.pk, 0)
    assert states.move(run.pk, State.RUNNING, attempt=1)
    return run


def at_once(what: Callable[[], Any]) -> list[Any]:
    """What each of several threads got that did it at the same moment."""
    barrier = Barrier(AT_ONCE)

    def one(_number: int) -> Any:
        try:
            barrier.wait(10)
            return what()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def command(run: UUID, kind: CommandKind) -> str:
    try:
        services.command(Run.objects.get(pk=run), kind, things.user("ada"))
        return "done"
    except IllegalCommand as refused:
        return str(refused)


def told(run: Run, state: State) -> int:
    return StreamEntry.objects.filter(run=run, type="state", body__state=state).count()


def test_stop_and_cancel_by_many_at_once_change_the_run_once(run: Run) -> None:
    assert at_once(lambda: command(run.pk, "stop")) == ["done"] * AT_ONCE
    assert told(run, State.STOPPING) == 1
    assert at_once(lambda: command(run.pk, "cancel")) == ["done"] * AT_ONCE
    assert told(run, State.CANCELLED) == 1
    assert command(run.pk, "stop") == "This run has already ended."


def test_pause_and_resume_by_many_at_once_change_the_run_once(run: Run) -> None:
    assert at_once(lambda: command(run.pk, "pause")) == ["done"] * AT_ONCE
    assert StreamEntry.objects.filter(run=run, body__reason_code="pausing").count() == 1
    states.move(run.pk, State.PAUSED, attempt=1)
    answers = at_once(lambda: command(run.pk, "resume"))
    assert answers.count("done") == 1
    assert told(run, State.QUEUED) == 2  # when it was made, and now


def test_different_commands_at_once_make_only_legal_changes(run: Run) -> None:
    kinds: list[CommandKind] = ["stop", "cancel", "pause", "stop", "cancel", "pause"]
    at_once(lambda: command(run.pk, kinds.pop()))
    assert State(Run.objects.get(pk=run.pk).state) == State.CANCELLED


def test_one_idempotency_key_sent_by_many_at_once_starts_one_run(ada: Things) -> None:
    body = json.dumps({"name": "Once", "dataset": str(ada.identifiers["dataset"]), "spec": {"epochs": 1}})
    headers = {**things.bearer(ada.owner), "Idempotency-Key": "the same"}
    answers = at_once(lambda: Client().post("/api/v1/runs", body, "application/json", headers=headers))
    assert {answer.status_code for answer in answers} <= {201, 409}
    identifiers = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(identifiers) == 1
    assert Run.objects.filter(name="Once").count() == 1
    again = Client().post("/api/v1/runs", body, "application/json", headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, identifiers.pop())
