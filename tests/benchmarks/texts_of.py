"""Labelled texts for measurements, each as a prepared file in a folder of its own."""

import csv
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from tests.benchmarks.accuracy import sample
from trainer.importing.preparation import prepare

PACKAGE = "vaderSentiment==3.3.2"  # its source has what Hutto and Gilbert (2014) let twenty people rate
RESOURCES = "additional_resources/hutto_ICWSM_2014.tar.gz"
RATED = "hutto_ICWSM_2014/tweets_GroundTruth.txt"


def reviews_zh(folder: Path) -> Path:
    """The sample."""
    return sample("reviews-zh", folder)


def messages_en(folder: Path) -> Path:
    """4,200 short messages in English, told to be positive or negative by the sign of their mean rating."""
    folder.mkdir()
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--dest"]
    subprocess.run([*command, str(folder), PACKAGE], check=True)
    (archive,) = folder.glob("*.tar.gz")
    path = folder / "messages.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *_rated(archive)])
    return prepare([path], [path.name], folder).prepared


def _rated(archive: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(archive) as package:
        resources = package.extractfile(next(name for name in package.getnames() if name.endswith(RESOURCES)))
        assert resources is not None
        with tarfile.open(fileobj=BytesIO(resources.read())) as inner:
            rated = inner.extractfile(RATED)
            assert rated is not None
            for line in rated.read().decode("utf-8", "replace").splitlines():
                _, rating, text = line.split("\t", 2)
                yield text, "positive" if float(rating) > 0 else "negative"


TEXTS: dict[str, Callable[[Path], Path]] = {"reviews-zh": reviews_zh, "messages-en": messages_en}
