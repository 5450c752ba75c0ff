"""A kind of column and a task are folders: two that Trainyard does not have go the whole way, from a CSV file to
proved exports, and nothing else was edited for them.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.yard import ROOT


def test_a_kind_and_a_task_of_somebody_elses_go_the_whole_way(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.trainer.toys.walk", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["kinds"] == {"wind": "angle", "height": "number"}
    assert "turns" in told["problems"] and "turns" in told["checks"]
    assert told["hits"] > 0.9
    assert told["stages"] == ["done", "done"]
    assert told["exports"] == ["proved"] * 2
    assert told["answers"] == [{"above": True}, {"above": False}]
