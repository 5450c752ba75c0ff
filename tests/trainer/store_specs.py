"""Stores an example of every component as today's release writes it: ``python -m tests.trainer.store_specs 0.1``.

Run once at a release. From then on ``test_stored_specs`` holds every later one to reading them; a file is never changed
again.
"""

import json
import sys
from pathlib import Path
from typing import Any

from trainer.catalog import FAMILIES, Family, listing

FOLDER = Path(__file__).with_name("specs")
# What a component has no default for.
NEEDED: dict[tuple[Family, str], dict[str, Any]] = {
    ("tasks", "classification"): {"target": "color"},
    ("tasks", "regression"): {"target": "size"},
    ("tasks", "multi_label"): {"labels": ["color_is_red", "large"]},
}


def store(release: str) -> None:
    for family in FAMILIES:
        for name, entry in listing(family).items():
            path = FOLDER / release / family / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            spec = entry.spec.model_validate(NEEDED.get((family, name), {}))
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(spec.model_dump(mode="json"), indent=1) + "\n")


if __name__ == "__main__":
    store(sys.argv[1])
