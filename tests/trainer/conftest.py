from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trainer.attempts import Warm, warm_process, write_images


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with warm_process() as process:
        yield process


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_images(tmp_path_factory.mktemp("data") / "prepared.safetensors")
