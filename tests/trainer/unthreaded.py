"""Imports files in a process that may start no thread, as an inspection may not. The kernel does not count those of
root, who becomes nobody; all modules are brought before, for nobody may not read them.

``python -m tests.trainer.unthreaded OUT NAME…``: each name is a file in the folder OUT.
"""

import os
import sys
import threading
from pathlib import Path

from trainer.importing import limits
from trainer.importing.preparation import Preparation

NOBODY = 65534


def main(out: Path, names: list[str]) -> None:
    if os.getuid() == 0:
        imported(out / "before", out, names)
        os.setgroups([])
        os.setuid(NOBODY)
    limits.limit()
    require_no_thread()
    for name, done in zip(names, imported(out / "after", out, names), strict=True):
        print(name, done.result.format, done.result.summary.rows, done.result.left_out)


def imported(folder: Path, uploads: Path, names: list[str]) -> list[Preparation]:
    return [limits.guarded([uploads / name], [name], folder / name) for name in names]


def require_no_thread() -> None:
    try:
        threading.Thread(target=print).start()
    except RuntimeError:
        return
    raise AssertionError("a thread could be started")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
