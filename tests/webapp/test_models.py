"""The list of models says how good each is, by its own report or by that of the run which made it alone."""

from django.test import Client

from tests.webapp.pages import finished, make_dataset
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact, ModelVersion


def test_a_model_is_as_good_as_its_run_unless_it_has_a_report_of_its_own(client: Client, ada: User) -> None:
    run = finished(make_dataset(ada), accuracy=0.913)
    for stage, report in enumerate([{}, {"metric": {"name": "accuracy", "value": 0.872}}]):
        artifact = Artifact.objects.create(sha256=f"{stage}" * 64, size=10)
        ModelVersion.objects.create(run=run, artifact=artifact, stage=stage, name="", form="torch", report=report)
    client.force_login(ada)
    page = client.get("/models/").content.decode()
    assert [part in page for part in ("91.3", "87.2")] == [True, True]
