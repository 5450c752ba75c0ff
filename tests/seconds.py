"""The table at the end of a run of tests: where its time went."""

from collections import defaultdict
from dataclasses import dataclass

import pytest

from tests.benchmarks import report as tables

SHOWN = 60.0  # seconds; what takes less needs no table


@dataclass
class Share:
    """Of one folder: its tests, and the seconds that they and their fixtures took, added up over all processes."""

    tests: int = 0
    seconds: float = 0.0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    shares: defaultdict[str, Share] = defaultdict(Share)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                share = shares[report.nodeid.partition("::")[0].rpartition("/")[0]]
                share.seconds += report.duration
                share.tests += report.when == "call"
    if sum(share.seconds for share in shares.values()) > SHOWN:
        terminalreporter.write_sep("-", "where the time goes")
        terminalreporter.write_line(_table(shares))


def _table(shares: dict[str, Share]) -> str:
    whole = sum(share.seconds for share in shares.values())
    rows = [
        (folder, f"{share.tests:,}", f"{share.seconds:.0f}", f"{share.seconds / whole:.0%}")
        for folder, share in sorted(shares.items(), key=lambda item: -item[1].seconds)
    ]
    return tables.table([("folder", "tests", "seconds of all processes", "share"), *rows])
