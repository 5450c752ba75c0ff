"""How `pytest -n auto` spreads the tests over processes, each of which has its own PostgreSQL, Valkey and state folder.

A file stays together, because its fixtures are made once a process; so do the folders whose files share more than that.
"""

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/browser/", "tests/faults/")  # one Chromium on one running Trainyard; one laboratory


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Files in the order of their names, by which the longest folders come early; a process takes the next when it is free."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if path.startswith(folder)), path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # by the number of tests, which says little of how long they take
    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores, for many tests wait. Tests that somebody chose run in this process."""
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS or config.option.keyword
    return 0 if chosen else len(os.sched_getaffinity(0)) + 1
