"""How `pytest -n auto` spreads the tests over processes, each of which has its own PostgreSQL, Valkey and state folder.

A file stays together, because its fixtures are made once a process; so do files that share what takes long to start.
"""

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/faults/", "tests/browser/")  # one laboratory; one Chromium on one running Trainyard
APART = ("tests/faults/test_full_disk.py", "tests/faults/test_services_away.py")  # have laboratories of their own


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A process takes the next file, or the next files that stay together, when it is free."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if path.startswith(folder) and path not in APART), path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # by the number of tests, which says little of how long they take
    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores, for many tests wait. Tests that somebody chose run in this process."""
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS or config.option.keyword
    return 0 if chosen else len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no process is left alone with it at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(TOGETHER))
