"""A trained model in one file (trainer.tensorfile): the weights, and in its text all that is needed to use them."""

from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field, SerializeAsAny, ValidationError, ValidationInfo, field_validator
from torch import Tensor, nn

from trainer import catalog, preprocessing, tensorfile
from trainer.component import Lenient, Strict
from trainer.errors import TrainerError
from trainer.preprocessing import EncodeColumns, RawModel, ScalePixels
from trainer.spec import Compressor, Model, Split, TrainSpec
from trainer.spec import Task as TaskChoice
from trainer.task import Target, Task
from trainer.tensorfile import TensorFileError


class NumberColumn(Strict):
    """A number column: what stands for a missing value, and the mean and deviation of the training rows."""

    kind: Literal["number"] = "number"
    name: str
    fill: float
    mean: float
    scale: float = Field(gt=0)
    flag_missing: bool = Field(description="Whether a missing value is a feature of its own.")


class CategoryColumn(Strict):
    """A category column: its code is an index into ``levels``."""

    kind: Literal["category"] = "category"
    name: str
    levels: Annotated[tuple[str, ...], Lenient]


class Images(Strict):
    """Input [B, C, H, W]: pixels from 0 to 255. ``mean`` and ``scale`` are per channel, in the same unit."""

    kind: Literal["image"] = "image"
    shape: Annotated[tuple[int, ...], Lenient]
    mean: Annotated[tuple[float, ...], Lenient]
    scale: Annotated[tuple[float, ...], Lenient]


class Columns(Strict):
    """Input [B, columns]: numbers first, then categories."""

    kind: Literal["table"] = "table"
    columns: Annotated[tuple[Annotated[NumberColumn | CategoryColumn, Field(discriminator="kind")], ...], Lenient]
    decimal_comma: bool = Field(False, description="Whether the table that it was trained on writes 1,5 for one and a half.")

    @property
    def numbers(self) -> list[NumberColumn]:
        return [column for column in self.columns if isinstance(column, NumberColumn)]

    @property
    def categories(self) -> list[CategoryColumn]:
        return [column for column in self.columns if isinstance(column, CategoryColumn)]


class Compression(Strict):
    """One stage of compression: the component, and the SHA-256 of the package it was made from."""

    stage: Compressor
    made_from: str


class ModelConfig(Strict):
    """What turns a state dict into a model. ``split`` and ``seed`` tell which rows it was trained and tested on."""

    version: Literal[1] = 1
    task: TaskChoice
    model: Model
    inputs: Annotated[Images | Columns, Field(discriminator="kind")]
    target: SerializeAsAny[Target]
    split: Split
    seed: int
    data: str | None = Field(None, description="SHA-256 of the prepared data that it was trained on.")
    recipe: TrainSpec | None = Field(None, description="The whole spec of the run that trained it; compression trains on with it.")
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
    built: Task = catalog.build("tasks", config.task, config.target)
    return built


def module(config: ModelConfig, state: dict[str, Tensor] | None = None) -> RawModel:
    """The model that takes raw values, with fresh weights (from torch's random state) or with those of ``state``."""
    preprocess, shape = _preprocess(config.inputs)
    owner = task(config)
    network: nn.Module = catalog.build("models", config.model, shape, owner.outputs)
    model = RawModel(preprocess, network, _postprocess(owner))
    if state is not None:
        model.to(next((tensor.dtype for tensor in state.values() if tensor.is_floating_point()), torch.float32))
        model.load_state_dict(state)
    return model


def _postprocess(owner: Task) -> nn.Module:
    if owner.postprocess is None:
        return nn.Identity()
    name, arguments = owner.postprocess
    made: nn.Module = getattr(preprocessing, name)(**arguments)
    return made


def _preprocess(inputs: Images | Columns) -> tuple[nn.Module, tuple[int, ...]]:
    _, arguments = preprocess_arguments(inputs)
    if isinstance(inputs, Images):
        return ScalePixels(**arguments), inputs.shape
    encode = EncodeColumns(**arguments)
    return encode, (encode.features,)


def preprocess_arguments(inputs: Images | Columns) -> tuple[str, dict[str, Any]]:
    """The class of ``trainer.preprocessing`` that takes these inputs, and its arguments as plain JSON."""
    if isinstance(inputs, Images):
        return "ScalePixels", {"mean": list(inputs.mean), "scale": list(inputs.scale)}
    numbers = inputs.numbers
    return "EncodeColumns", {
        "fill": [column.fill for column in numbers], "mean": [column.mean for column in numbers],
        "scale": [column.scale for column in numbers],
        "flagged": [place for place, column in enumerate(numbers) if column.flag_missing],
        "levels": [len(column.levels) for column in inputs.categories]}


def feature_shape(config: ModelConfig) -> tuple[int, ...]:
    """The shape [without B] of what the network gets from the preprocessing."""
    return _preprocess(config.inputs)[1]


def save(path: Path, config: ModelConfig, model: nn.Module) -> None:
    """Write ``model``'s state with ``config``; the same weights always give the same bytes."""
    tensorfile.write(path, model.state_dict(), config.model_dump_json())


def load(path: Path | str) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Read what ``save`` wrote. Raises TrainerError when the file is something else or damaged."""
    try:
        text, state = tensorfile.read(path)
        return ModelConfig.model_validate_json(text), state
    except (TensorFileError, ValidationError) as error:
        raise TrainerError("model_damaged", "The file is not a model of Trainyard, or it is damaged. Give a "
                           "model.safetensors as training made it, or download it again.") from error
