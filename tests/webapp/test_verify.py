"""`manage.py verify`: the whole store is read at a bounded rate; what is damaged is listed with what it would cost."""

import time
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.attacks import things
from tests.trainer.test_damage import flip
from webapp.artifacts import store
from webapp.datasets.models import Upload
from webapp.management import verification
from webapp.runs.models import Checkpoint, Run, State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ada(tmp_path: Path, settings: Settings) -> things.Things:
    """Somebody with one of everything, and one file for most of it."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


def damage(sha256: str) -> None:
    path = store.local_path(sha256)
    path.chmod(0o600)
    flip(path, 5)


def checkpoint(run: Run, step: int) -> str:
    artifact = store.put(BytesIO(b"checkpoint of step %d" % step))
    Checkpoint.objects.create(run=run, attempt=1, step=step, artifact=artifact)
    return artifact.sha256


def test_a_whole_store_is_said_to_be_whole() -> None:
    output = StringIO()
    call_command("verify", stdout=output, stderr=StringIO())
    assert output.getvalue().strip().endswith("whole, 0 not.")


def test_what_is_damaged_or_missing_is_listed_with_all_that_is_lost(ada: things.Things) -> None:
    secret = store.put(BytesIO(things.SECRET.encode())).sha256
    damage(secret)
    gone = store.put(BytesIO(b"nobody's")).sha256
    store.local_path(gone).unlink()
    output = StringIO()
    with pytest.raises(CommandError, match="2 stored files are not whole"):
        call_command("verify", stdout=output, stderr=StringIO())
    text = output.getvalue()
    assert f"damaged: {secret}" in text
    for lost in (
        "The prepared data of “ada's secret”, version 1",
        "The pictures on the page of “ada's secret”",
        "The model of the run “ada's secret”",
        "The download “all.zip”",
    ):
        assert lost in text
    assert f"missing: {gone}" in text
    assert "Nothing refers to it." in text


def test_a_checkpoint_costs_the_steps_behind_the_one_that_would_take_its_place(ada: things.Things) -> None:
    run = Run.objects.get(pk=ada.identifiers["run"])
    Run.objects.filter(pk=run.pk).update(state=State.PAUSED, step=35)
    older, newer = checkpoint(run, 20), checkpoint(run, 30)
    assert "go on from step 20 and train 15 steps again" in "".join(verification.costs(newer))
    assert "nothing, while the newer one is whole" in "".join(verification.costs(older))
    Checkpoint.objects.filter(artifact=newer).delete()
    assert "begin anew and train 35 steps again" in "".join(verification.costs(older))


def test_an_upload_that_no_data_set_was_made_of_is_told_of(ada: things.Things) -> None:
    artifact = store.put(BytesIO(b"a,b"))
    Upload.objects.filter(pk=ada.identifiers["upload"]).update(artifact=artifact, name="new.csv")
    assert "The upload “new.csv”" in "".join(verification.costs(artifact.sha256))


def test_the_store_is_read_no_faster_than_asked() -> None:
    size = 2 * 1024 * 1024
    store.put(BytesIO(bytes(size)))
    began = time.monotonic()
    assert {finding.condition for finding in verification.verify(rate=8.0 * 1024 * 1024)} == {"whole"}
    assert time.monotonic() - began > size / (8.0 * 1024 * 1024)


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "fast"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(CommandError, match="is no rate"):
        call_command("verify", "--rate", rate)
