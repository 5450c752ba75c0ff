"""What the API says in words: every sentence is whole, with its code and parameters beside it."""

import json
import re
from pathlib import Path

from django.db import transaction
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.things import Things
from tests.webapp.test_api import Api
from trainer.importing.problems import problem
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.runs import stream
from webapp.runs.models import Run


def test_no_answer_of_the_api_has_a_sentence_with_open_gaps(ada: User, tmp_path: Path, settings: Settings) -> None:
    """Wherever a message identifier is stored, its gaps are filled on the way out, and code and parameters stand beside
    it."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    mine, api = things.make(ada), Api(ada)
    gaps = {"before": "0.9800", "after": "0.5000", "limit": "0.02"}
    code = "quantization_too_lossy"
    refusal = {"code": code, "message": "Refused: the accuracy fell from %(before)s to %(after)s.", "params": gaps}
    repeated = problem("duplicates", count=3, rows=9).model_dump(mode="json")
    run, version = mine.identifiers["run"], mine.identifiers["version"]
    checks = [{"code": "duplicates", "message": "Rows that repeat an earlier row exactly."}]
    export = {"format": "onnx", "status": "refused", **refusal}
    stage = {"name": "quantize_int8", "status": "refused", **refusal}
    report = {"stages": [{"size": 9, "name": "original"}, stage], "exports": [export]}
    reason = {"reason_code": code, "reason": refusal["message"], "reason_params": gaps}
    Run.objects.update(report=report, **reason)
    Run.objects.filter(pk=run).update(kind="export")
    profile = {"summary": things.SUMMARY, "problems": [repeated], "checks": checks}
    DatasetVersion.objects.filter(pk=version).update(profile=profile)
    with transaction.atomic():
        stream.record(
            run,
            entries=[
                ("log", {"level": "warning", **refusal}),
                ("result", {"report": report}),
                ("state", {"state": "failed", **reason}),
            ],
        )
    paths = api.get("openapi.json")["paths"]
    addresses = [name.removeprefix("/api/v1/") for name, item in paths.items() if "get" in item]
    answers = [json.dumps(api.get(address)) for address in filled_in(addresses, mine)]
    assert not any("%(" in answer for answer in answers)
    sentence = "Refused: the accuracy fell from 0.9800 to 0.5000."
    assert api.get(f"runs/{run}")["report"]["stages"][1] == {**stage, "message": sentence}
    entry, proof = api.get(f"runs/{run}/log")["items"][0], api.get(f"runs/{run}/exports")["proofs"][0]
    assert entry.items() >= {"code": code, "message": sentence, "params": gaps}.items()
    assert proof.items() >= {"code": code, "message": sentence}.items()
    dataset = api.get(f"datasets/{mine.identifiers['dataset']}")
    assert dataset["profile"]["problems"][0]["message"] == "3 of 9 rows repeat an earlier row exactly."
    assert dataset["profile"]["checks"] == checks
    assert (dataset["reason"], dataset["reason_params"]) == (sentence, gaps)


def filled_in(addresses: list[str], mine: Things) -> list[str]:
    """Addresses of the API with the gaps filled by things that are there; those of files are left out."""
    wholes = [one for one in addresses if "download" not in one and not one.endswith(".png")]
    filled = [re.sub(r"\{(\w+)_id\}", lambda gap: str(mine.identifiers[gap[1]]), one) for one in wholes]
    return [f"{one}?name=train/loss" if one.endswith("/metrics") else one for one in filled]
