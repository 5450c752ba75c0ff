"""An inspection as an attempt: launched, limited, and told in the journal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pictures
from tests.files import picture, stored, zipped
from trainer.attempt import events
from trainer.attempt.job import Job
from trainer.attempt.journal import Reader
from trainer.columns import Readings, category
from trainer.importing.profile import Profile
from trainer.specs.inspect import InspectSpec

ROOT = Path(__file__).parents[2]
LAUNCH = """
import sys
from pathlib import Path
from trainer.attempt.launch import launch
sys.exit(launch(Path(sys.argv[1])))
"""


def attempt(folder: Path, files: dict[str, bytes], readings: Readings | None = None) -> list[events.Event]:
    """The journal of an inspect attempt of these uploads."""
    paths = stored(folder / "store", files)
    inputs = {f"upload:{number}": str(path) for number, path in enumerate(paths)}
    spec = InspectSpec(files=tuple(files), columns=dict(readings or {}))
    job = Job(run="r", attempt=1, spec=spec, inputs=inputs)
    (folder / "job.json").write_text(job.model_dump_json())
    subprocess.run([sys.executable, "-c", LAUNCH, str(folder)], cwd=ROOT, check=False, timeout=120)
    assert json.loads((folder / "exits.json").read_text())["ranks"][0]["exitcode"] == 0
    return [event for _, event in Reader(folder / "journal").read()]


def test_it_publishes_prepared_data_profile_and_thumbnails(tmp_path: Path) -> None:
    members = {f"{label}/{n}.png": picture(seed=n) for label in "ab" for n in range(6)}
    journal = attempt(tmp_path, {"pictures.zip": zipped(members)})
    outputs = {event.role: tmp_path / event.path for event in journal if isinstance(event, events.Output)}
    assert outputs.keys() == {"prepared", "profile", "thumbnails"}
    profile = Profile.model_validate_json(outputs["profile"].read_bytes())
    assert pictures.classes(profile.summary) == ("a", "b")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in outputs.values()}
    assert isinstance(journal[-1], events.Ended)
    assert journal[-1].outcome == "succeeded"


def test_a_kind_that_the_spec_says_is_taken(tmp_path: Path) -> None:
    content = "\n".join(["zip,label", *(f"{at % 3},{'ab'[at % 2]}" for at in range(30))]).encode()
    journal = attempt(tmp_path, {"x.csv": content}, {"zip": category.Reading()})
    (path,) = [event.path for event in journal if isinstance(event, events.Output) and event.role == "profile"]
    profile = Profile.model_validate_json((tmp_path / path).read_bytes())
    assert [column.kind for column in profile.summary.columns] == ["category", "category"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.zip", zipped({"../x.png": picture()}), "archive_unsafe_name"),
        ("x.csv", b"a,b\n1,2,3\n4\n", "csv_ragged"),
    ],
)
def test_what_cannot_be_used_ends_failed_with_its_sentence(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    ended = attempt(tmp_path, {name: content})[-1]
    assert isinstance(ended, events.Ended)
    assert (ended.outcome, ended.code) == ("failed", code)
    assert ended.message % ended.params
