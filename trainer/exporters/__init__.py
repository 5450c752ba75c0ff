"""Export formats: what a model is written to, each proved by ``trainer.proving.parity`` in a process without our code.

A component has, beside its ``Spec``:

- ``build(spec, source: Source, folder: Path) -> tuple[File, ...]`` writes files into ``folder``, the first being the model itself;
- ``load(folder: str)``, plain code with its imports inside, that returns a function from raw rows by block to the answers;
  ``NEEDS`` names the packages that it imports, as pip takes them. Its source is shipped beside the export as ``run_<name>.py``
  and is what the parity check runs, so it cannot go stale.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.component import Form

if TYPE_CHECKING:
    import torch

    from trainer.package import ModelConfig
    from trainer.preprocessing import RawModel


@dataclass(frozen=True)
class File:
    """One written file. ``offered`` files are downloads of their own; the others come with the bundle."""

    format: str
    name: str
    offered: bool = True


@dataclass(frozen=True)
class Source:
    """The model version to export. ``module`` takes raw rows by block like ``example`` ([2, …]); an onnx version has none."""

    path: Path
    form: Form
    config: "ModelConfig"
    preprocess: dict[str, Any]
    example: "dict[str, torch.Tensor]"
    module: "RawModel | None" = None
