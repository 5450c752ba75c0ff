"""A trained model in one file (trainer.packaging.tensorfile): the weights, and in its text all that is
needed to use them.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field, SerializeAsAny, ValidationError, ValidationInfo, field_validator
from torch import Tensor, nn

from trainer import catalog, columns
from trainer.checked import sha256
from trainer.columns import AnyBlock, Block
from trainer.component import Lenient, Strict
from trainer.compressors import CompressorSpec
from trainer.data.summary import Dialect
from trainer.errors import TrainerError
from trainer.packaging import networks, preprocessing, tensorfile
from trainer.packaging.preprocessing import RawModel
from trainer.packaging.tensorfile import TensorFileError
from trainer.parts import Input
from trainer.specs.choices import Cleanings, Compressor, Model
from trainer.specs.choices import Task as TaskChoice
from trainer.specs.split import Split
from trainer.specs.train import TrainSpec
from trainer.task import Target, Task


class Compression(Strict):
    """One stage of compression: the component, and the SHA-256 of the package it was made from."""

    stage: Compressor
    made_from: str


class ModelConfig(Strict):
    """What turns a state dict into a model. ``cleaning``, ``split`` and ``seed`` tell which rows it was trained
    and tested on."""

    version: Literal[1] = 1
    task: TaskChoice
    model: Model
    inputs: Annotated[tuple[AnyBlock, ...], Lenient] = Field(min_length=1)
    target: SerializeAsAny[Target]
    dialect: Dialect | None = Field(None, description="Of the file with the rows that it was trained on.")
    split: Split
    seed: int
    cleaning: Cleanings = ()
    data: str | None = Field(None, description="SHA-256 of the prepared data that it was trained on.")
    assets: dict[str, str] = Field({}, description="SHA-256 of each asset by the name that the recipe has for it.")
    recipe: TrainSpec = Field(description="The whole spec of the run that trained it; compression trains on with it.")
    compression: Annotated[tuple[Compression, ...], Lenient] = ()

    @field_validator("target", mode="before")
    @classmethod
    def _of_its_task(cls, value: Any, info: ValidationInfo) -> Any:
        """A target has the fields that its task gave it."""
        if isinstance(value, Target) or "task" not in info.data:
            return value
        return catalog.entry("tasks", info.data["task"]).module.Target.model_validate(value)


def task(config: ModelConfig) -> Task:
    """The task that the model was trained for, on its target."""
    owner: Task = catalog.build("tasks", config.task, config.target)
    return owner


def module(config: ModelConfig, state: dict[str, Tensor] | None = None) -> RawModel:
    """The model that takes raw values, with fresh weights (from torch's random state) or with those of ``state``."""
    owner, encoders = task(config), {block.name: _encoder(block) for block in config.inputs}
    model = RawModel(encoders, networks.network(config.model, inputs(config), owner.outputs), _postprocess(owner))
    if state is not None:
        model.to(next((tensor.dtype for tensor in state.values() if tensor.is_floating_point()), torch.float32))
        model.load_state_dict(state)
    return model


def _postprocess(owner: Task) -> nn.Module:
    if owner.postprocess is None:
        return nn.Identity()
    name, arguments = owner.postprocess
    module: nn.Module = getattr(preprocessing, name)(**arguments)
    return module


def _encoder(block: Block) -> Any:
    return columns.module_of(block, "encode").Encode(**block.arguments())


def inputs(config: ModelConfig) -> dict[str, Input]:
    """What the network gets, by block."""
    return {
        block.name: Input(
            columns.layout_of(block),
            tuple(_encoder(block).shape),
            block.column_names,
            block.lengths,
            block.vocabulary,
            block.longest,
        )
        for block in config.inputs
    }


def compressed(config: ModelConfig, stage: CompressorSpec, made_from: Path) -> ModelConfig:
    """The configuration of what ``stage`` makes of the package in ``made_from``: the chain of hashes grows by one
    link."""
    step = Compression(stage=stage, made_from=sha256(made_from))
    return config.model_copy(update={"compression": (*config.compression, step)})


def save(path: Path, config: ModelConfig, model: nn.Module) -> None:
    """Write ``model``'s state with ``config``; the same weights always give the same bytes."""
    tensorfile.write(path, model.state_dict(), config.model_dump_json())


def load(path: Path | str) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Read what ``save`` wrote. Raises TrainerError when the file is something else or damaged."""
    try:
        text, state = tensorfile.read(path)
        return ModelConfig.model_validate_json(text), state
    except (TensorFileError, ValidationError) as error:
        raise TrainerError(
            "model_damaged",
            "The file is not a model of Trainyard, or it is damaged. Give a "
            "model.safetensors as training made it, or download it again.",
        ) from error
