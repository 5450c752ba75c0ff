"""Pictures whose folders give the split, from the archive to the compressed model."""

from pathlib import Path

import numpy as np

from tests.files import imported, picture, zipped
from tests.trainer import samples
from trainer.columns import category
from trainer.data import rows
from trainer.packaging import package

SIZES = {"train": 40, "val": 8, "test": 12}
PRUNE = {"name": "prune_channels", "epochs": 1, "least_steps": 1}


def test_training_and_compression_keep_to_the_parts_that_folders_give(tmp_path: Path) -> None:
    members = {
        f"pets/{part}/{label}/{n}.png": picture(16, 16, mode="L", seed=n + 100 * at)
        for part, count in SIZES.items()
        for at, label in enumerate(("cat", "dog"))
        for n in range(count)
    }
    dataset = imported(tmp_path / "data", {"pets.zip": zipped(members)})
    inputs = {"prepared": dataset.data.path}
    trained = samples.attempt(tmp_path / "train", "train", {"epochs": 1, "exporters": [{"name": "onnx"}]}, inputs)
    assert trained.ended.outcome == "succeeded", trained.ended
    model = trained.output("model.safetensors")
    config, _ = package.load(model)
    assert config.split.column == "split"
    parts = rows.of_model(config, dataset.data).parts
    column = dataset.data.summary.named("split")
    assert isinstance(column, category.Column)
    given = [column.levels[code] for code in dataset.data.array("categories")[:, 1]]
    for name, part in (("train", parts.train), ("validation", parts.validation), ("test", parts.test)):
        assert part.tolist() == np.flatnonzero(np.array(given) == name).tolist()
    assert {one["name"]: one["value"] for one in trained.report["scalars"]}["test/rows"] == 2 * SIZES["test"]
    small = samples.attempt(tmp_path / "compress", "compress", {"stages": [PRUNE]}, {**inputs, "model": model})
    assert small.ended.outcome == "succeeded", small.ended
    pruned, _ = package.load(small.output("stage-1-prune_channels.safetensors"))
    assert pruned.split == config.split
