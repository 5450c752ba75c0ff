"""The process that is asked for an export's answers: what becomes of it is the export's fault only where it is."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.proving import stranger

TOOLS = """
import numpy as np
batches = lambda path, preprocess, size, longer: [np.zeros((3, 2))]
"""
FULL_DISK = "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
ASK = "import sys, pathlib; from trainer.proving import stranger; stranger.answers(*map(pathlib.Path, sys.argv[1:]))"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "predict.py").write_text(TOOLS)
    (tmp_path / "preprocess.json").write_text("{}")
    return tmp_path


def export_that_does(folder: Path, what: str) -> str:
    """An export that answers as it was asked, and does something before; its name."""
    lines = ("import os, resource, signal", "def load(folder):", f"    {what}", "    return lambda rows: rows")
    (folder / "run_it.py").write_text("\n".join(lines))
    return "run_it.py"


def test_what_it_answers_is_told_by_batch_size(folder: Path) -> None:
    by_size = stranger.answers(folder, export_that_does(folder, "pass"), folder)
    assert {size: answer.shape for size, answer in by_size.items()} == {1: (3, 2), 7: (3, 2)}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGBUS])
def test_who_asked_dies_as_it_was_killed(folder: Path, number: signal.Signals) -> None:
    run = export_that_does(folder, f"os.kill(os.getpid(), {int(number)})")
    asked = subprocess.run([sys.executable, "-c", ASK, str(folder), run, str(folder)], check=False)
    assert asked.returncode == -number


def test_an_export_that_crashes_is_refused_by_the_name_of_its_signal(folder: Path) -> None:
    with pytest.raises(stranger.NoAnswerError, match="could not be run: SIGSEGV"):
        stranger.answers(folder, export_that_does(folder, f"os.kill(os.getpid(), {int(signal.SIGSEGV)})"), folder)


@pytest.mark.parametrize(("what", "number"), [(FULL_DISK, errno.EFBIG), ("bytearray(1 << 62)", errno.ENOMEM)])
def test_want_of_room_or_memory_is_told_as_such(folder: Path, what: str, number: int) -> None:
    with pytest.raises(OSError, match="Error") as caught:
        stranger.answers(folder, export_that_does(folder, what), folder)
    assert caught.value.errno == number


def test_an_export_that_lacks_a_file_is_refused(folder: Path) -> None:
    with pytest.raises(stranger.NoAnswerError, match="No such file"):
        stranger.answers(folder, export_that_does(folder, "open(folder + '/weights')"), folder)


def test_a_reason_of_several_lines_is_told_whole(folder: Path) -> None:
    raising = "raise ValueError('Invalid shape for text:\\n index: 1 Got: 1 Expected: 5\\n Please fix it.\\n')"
    with pytest.raises(stranger.NoAnswerError) as caught:
        stranger.answers(folder, export_that_does(folder, raising), folder)
    reason = "ValueError: Invalid shape for text: index: 1 Got: 1 Expected: 5 Please fix it."
    assert str(caught.value) == f"It could not be run: {reason}"


def test_it_leaves_when_who_asked_died_before_it_could_notice(folder: Path) -> None:
    given = [str(folder), export_that_does(folder, "pass"), str(folder), "1"]
    left = subprocess.run([sys.executable, "-I", "-c", stranger.STRANGER, str(os.getppid()), *given], check=False)
    assert left.returncode
    assert not (folder / "answers.npz").exists()
