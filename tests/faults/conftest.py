"""One laboratory for all fault tests, and the dice that they throw."""

import random
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.count import SEED
from tests.faults.lab import Lab, laboratory


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers that depend on the seed and the test's name only."""
    print(f"FAULT_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    with django_db_blocker.unblock(), laboratory(tmp_path_factory.mktemp("lab")) as lab:
        lab.start_worker()
        yield lab


@pytest.fixture(autouse=True)
def _logs_of_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """A failure shows what the worker said. Fixtures that are a laboratory have a name that ends so."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before:
        for name in request.fixturenames:
            if name.endswith("lab"):
                print(request.getfixturevalue(name).log_ends())
