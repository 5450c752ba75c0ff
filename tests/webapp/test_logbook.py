"""The log of a run as its page shows it: what the stream tells, in sentences."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.webapp.pages import make_dataset, make_run
from trainer.report import Report, Scalar
from webapp.accounts.models import User
from webapp.runs import logbook, states, stream
from webapp.runs.models import Attempt, Kind, Run, State
from webapp.runs.states import Reason
from webapp.workers.models import Worker

pytestmark = pytest.mark.django_db


def tell(run: Run, kind: str, body: dict[str, Any]) -> None:
    with transaction.atomic():
        stream.record(run.pk, entries=[(kind, body)])


def begin(run: Run) -> None:
    """The run is taken by a machine, as a worker does it."""
    worker = Worker.objects.create(name="barn", host="barn", started=timezone.now(), seen=timezone.now())
    assert states.begin_attempt(run.pk, 0)
    Attempt.objects.create(run=run, number=1, worker=worker, lease_until=timezone.now(), placement=["cpu:0", "cpu:1"])


def test_a_life_is_told_in_order_with_its_machine_and_its_end(ada: User) -> None:
    run = make_run(make_dataset(ada))
    begin(run)
    tell(run, "started", {"step": 0, "total_steps": 700, "steps_per_epoch": 100, "placement": ["cpu:0", "cpu:1"]})
    tell(run, "log", {"level": "info", "message": "%(train)d rows train.", "params": {"train": 80}})
    states.move(run.pk, State.PAUSED, reason=Reason("disk_full", "The disk is full."))
    states.move(run.pk, State.QUEUED)
    tell(run, "rewind", {"step": 300})
    tell(run, "started", {"step": 300, "total_steps": 700, "steps_per_epoch": 100, "placement": ["cpu:0"]})
    scalar = Scalar(name="test/accuracy", label="Test accuracy", value=0.984, unit="share")
    tell(run, "result", {"report": Report(headline="test/accuracy", scalars=(scalar,)).model_dump(mode="json")})
    assert [line.text for line in logbook.lines(run)] == [
        "Queued.",
        "Taken by barn on cpu:0, cpu:1.",
        "Training begins: 700 steps with 2 ranks: cpu:0, cpu:1.",
        "80 rows train.",
        "Paused at step 0. The disk is full.",
        "Queued.",
        "Back at the checkpoint of step 300.",
        "Goes on from step 300 of 700 with 1 rank: cpu:0.",
        "Test accuracy: 98.4\u202f%.",
    ]


def test_what_became_of_the_exports_stands_in_the_log_of_the_run_they_belong_to(ada: User) -> None:
    run = make_run(make_dataset(ada))
    child = make_run(make_dataset(ada, name="Other"), kind=Kind.EXPORT, parent=run)
    proofs = [
        {"format": "onnx", "status": "proved", "largest_difference": 1e-6, "rows": 800},
        {"format": "torchscript", "status": "refused", "message": "It differs by %(by)s.", "params": {"by": 3}},
    ]
    tell(child, "result", {"report": {"exports": proofs}})
    told = logbook.lines(run)[-2:]
    assert [line.level for line in told] == ["info", "warning"]
    assert told[0].text == "ONNX is proved: it differs by at most 1e-06 on 800 rows."
    assert told[1].text == "TorchScript: Refused. It differs by 3."


def test_a_page_asks_for_the_lines_behind_its_last(client: Client, ada: User) -> None:
    run = make_run(make_dataset(ada))
    last = logbook.lines(run)[-1]
    tell(run, "log", {"message": "<b>newer</b>"})
    client.force_login(ada)
    text = client.get(f"/runs/{run.pk}/log/?after={last.run}:{last.seq}").content.decode()
    assert text.count("<li") == 1 and "&lt;b&gt;newer&lt;/b&gt;" in text
    assert client.get(f"/runs/{run.pk}/log/?after={run.pk}:" + "9" * 40).status_code == 200
    assert client.get(f"/runs/{run.pk}/log/?after={run.pk}:all").status_code == 404


def test_a_line_of_an_export_that_is_committed_late_is_not_missed(client: Client, ada: User) -> None:
    """The numbers of the entries' keys are given before their transactions commit."""
    run = make_run(make_dataset(ada))
    child = make_run(make_dataset(ada, name="Other"), kind=Kind.EXPORT, parent=run)
    tell(child, "result", {"report": {"exports": [{"format": "onnx", "status": "refused", "message": "Late."}]}})
    for _line in range(30):
        tell(run, "log", {"message": "newer"})
    last = logbook.lines(run)[-1]
    assert [line.text for line in logbook.lines(run, {run.pk: last.seq})] == ["ONNX: Refused. Late."]
    client.force_login(ada)
    assert client.get(f"/runs/{run.pk}/log/?after={last.run}:{last.seq}&after={child.pk}:9").content.strip() == b""


def test_a_log_is_shown_to_its_owner_only(client: Client, ada: User, bob: User) -> None:
    run = make_run(make_dataset(ada))
    client.force_login(bob)
    assert client.get(f"/runs/{run.pk}/log/").status_code == 404
