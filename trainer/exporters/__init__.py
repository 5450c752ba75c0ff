"""Export formats: what a model is written to, each proved by ``trainer.proving.parity`` in a process without our code.

A component has, beside its ``Spec``:

- ``FILES``, the files that it writes: first the model itself, whose format is called as the component is;
- ``build(spec, source: Source, folder: Path) -> Sequence[File]``, which writes them into ``folder``, the same bytes
  each time, and gives those beside them that depend on the model;
- beside it ``run.py`` with ``load(folder: str)``, which returns a function from raw rows by block to the answers;
  ``NEEDS`` names the packages that it imports, as pip takes them. The file is shipped beside the export as
  ``run_<name>.py`` and is what the parity check runs, so it cannot go stale.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.catalog import listing
from trainer.component import Form

if TYPE_CHECKING:
    import torch

    from trainer.packaging.package import ModelConfig
    from trainer.packaging.preprocessing import RawModel


@dataclass(frozen=True)
class File:
    """One written file. ``offered`` files are downloads of their own; the others come with the bundle. The model file's
    label is the component's.
    """

    format: str
    name: str
    label: str = ""
    offered: bool = True


# Of the formats that every export has, whichever its components.
COMMON_LABELS = {
    "bundle": "Everything",
    "preprocess": "Preprocessing",
    "parity": "Parity sheet",
    "model_card": "Model card",
}


def labels() -> dict[str, str]:
    """The label of each format of a file among the exports."""
    entries = listing("exporters").values()
    further = {file.format: file.label for entry in entries for file in entry.module.FILES if file.label}
    return COMMON_LABELS | further | {entry.name: entry.label for entry in entries}


@dataclass(frozen=True)
class Source:
    """The model version to export. ``module`` takes raw rows by block like ``example`` ([2, …]); an onnx
    version has none.
    """

    path: Path
    form: Form
    config: "ModelConfig"
    preprocess: dict[str, Any]
    example: "dict[str, torch.Tensor]"
    module: "RawModel | None" = None
