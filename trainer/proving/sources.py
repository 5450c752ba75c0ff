"""Opening a model version of either form for export."""

from pathlib import Path

import torch
from pydantic import TypeAdapter

from trainer.component import Form
from trainer.errors import TrainerError
from trainer.exporters import Source
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.proving.description import preprocess
from trainer.proving.lossy import Cost

EXAMPLE_LENGTH = 5
_cost = TypeAdapter(Cost)


def open_source(path: Path, form: Form) -> Source:
    """The version in ``path``. Raises TrainerError when it is damaged or not of this form."""
    if form == "onnx":
        config = onnx_config(path)
        return Source(path=path, form=form, config=config, preprocess=preprocess(config), example=_example(config))
    config, state = package.load(path)
    module = package.module(config, state).float().eval()
    return Source(
        path=path, form=form, config=config, preprocess=preprocess(config), example=_example(config), module=module
    )


def form_of(path: Path) -> Form:
    """safetensors begins with the length of its header (eight bytes) and a brace; anything else is taken for ONNX."""
    with path.open("rb") as file:
        return "torch" if file.read(9)[8:] == b"{" else "onnx"


def metadata(path: Path) -> dict[str, str]:
    """The metadata of an ONNX file."""
    import onnx  # slow to import, and needed for compressed versions only
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return {entry.key: entry.value for entry in onnx.load(str(path), load_external_data=False).metadata_props}
    except DecodeError as error:
        raise _damaged() from error


def onnx_config(path: Path) -> ModelConfig:
    try:
        return ModelConfig.model_validate_json(metadata(path)["trainyard"])
    except (KeyError, ValueError) as error:
        raise _damaged() from error


def cost(path: Path) -> Cost:
    """What quantization noted of its cost in the file."""
    try:
        return _cost.validate_json(metadata(path)["lossy"])
    except (KeyError, ValueError) as error:
        raise _damaged() from error


def _damaged() -> TrainerError:
    return TrainerError(
        "model_damaged",
        "The file is not a model of Trainyard, or it is damaged. Give a model as "
        "training or compression made it, or download it again.",
    )


def _example(config: ModelConfig) -> dict[str, torch.Tensor]:
    """Two raw rows of zeros: two, because a graph traced with one row may be fixed at one. Where lengths are free, one
    row is shorter.
    """
    example = {}
    for block in config.inputs:
        shape = [EXAMPLE_LENGTH if size is None else size for size in block.shape]
        example[block.name] = torch.zeros(2, *shape, dtype=getattr(torch, block.dtype))
        if block.lengths:
            example[block.lengths] = torch.tensor([EXAMPLE_LENGTH, EXAMPLE_LENGTH - 1])
    return example
