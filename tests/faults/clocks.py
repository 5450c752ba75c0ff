"""Clocks of machines that a test sets, each its own. libfaketime would do, but breaks clock_nanosleep(2), by which
Python sleeps."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The time of day on one machine: of what is started with ``environment``, and of all that this starts."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("CLOCKS THAT JUMP WERE NOT TESTED: install a C compiler (gcc and libc6-dev)")
        folder.mkdir(parents=True)
        self._ahead, library = folder / "ahead", folder / "clock.so"
        self.set(0)
        places = [f'-DAHEAD="{self._ahead}"', f'-DSELF="{library}"']
        options = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror"]
        subprocess.run([compiler, *options, *places, "-o", library, SOURCE], check=True)
        self.environment = {"LD_PRELOAD": str(library)}

    def set(self, seconds: int) -> None:
        """Put the clock so far ahead of the true time; negative: behind. It jumps there at once, in everything that
        runs."""
        with self._ahead.open("r+b" if self._ahead.exists() else "wb") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))  # in place: it is mapped
