"""A model's network, put together of the parts that its Spec names; the same as plain data, for those who rebuild it
without this code.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn

from trainer import catalog, parts
from trainer.catalog import Family
from trainer.component import Component
from trainer.model import ModelSpec
from trainer.parts import Input, Part

EXAMPLE_ROWS, EXAMPLE_LENGTH = 2, 5


def network(spec: ModelSpec, inputs: Mapping[str, Input], outputs: int) -> nn.Module:
    """The whole network, from encoded blocks to outputs, with fresh weights."""
    module: nn.Module = _module("models", spec).Network(
        **_each(spec, inputs, _network), **spec.fields(), outputs=outputs
    )
    return module


def example(inputs: Mapping[str, Input], dtype: torch.dtype) -> dict[str, Tensor]:
    """An encoded batch of zeros; what is a number of something is whole."""
    batch = {}
    for name, block in inputs.items():
        shape = [size or EXAMPLE_LENGTH for size in block.shape]
        batch[name] = torch.zeros(EXAMPLE_ROWS, *shape, dtype=torch.int64 if block.vocabulary else dtype)
        if block.lengths:
            batch[block.lengths] = torch.full((EXAMPLE_ROWS,), EXAMPLE_LENGTH)
    return batch


def description(spec: ModelSpec, inputs: Mapping[str, Input], outputs: int) -> dict[str, Any]:
    """The arguments of the network as JSON; of a part the module that it comes from, and its own."""
    return {"parts": _each(spec, inputs, _description), "arguments": {**spec.fields(), "outputs": outputs}}


def sources(spec: ModelSpec, inputs: Mapping[str, Input]) -> dict[str, Path]:
    """The file of each module that ``description`` names."""
    every = _each(spec, inputs, lambda part: (_source(part), _path(part.family, part.spec)))
    flat = [item for value in every.values() for item in (value.values() if isinstance(value, dict) else [value])]
    return dict(flat)


def source(spec: ModelSpec) -> Path:
    """The file of the network itself."""
    return _path("models", spec)


def modules(spec: ModelSpec, inputs: Mapping[str, Input], network: nn.Module) -> Iterator[tuple[Part, nn.Module]]:
    """The parts of a network, with the modules that were made of them."""
    for name, part in spec.parts(inputs).items():
        module = _submodule(network, name)
        if isinstance(part, Part):
            yield part, module
        else:
            yield from ((own, _submodule(module, block)) for block, own in part.items())


def narrowed(spec: ModelSpec, inputs: Mapping[str, Input], network: nn.Module) -> ModelSpec:
    """The spec of a network whose layers were made narrower."""
    return spec.narrowed(inputs, _read_back(spec.parts(inputs), network))


def fixed(spec: ModelSpec, inputs: Mapping[str, Input], network: nn.Module) -> list[nn.Module]:
    """The layers that must stay as wide as they are: the network's own such, those that a part names in ``fixed``, and
    all of parts that are not read back.
    """
    own: list[nn.Module] = cast(Any, network).fixed()
    return [*own, *_fixed(spec.parts(inputs), network)]


def _fixed(expected: Mapping[str, Any], modules: Any) -> Iterator[nn.Module]:
    for name, part in expected.items():
        module = _submodule(modules, name)
        if not isinstance(part, Part):
            yield from _fixed(part, module)
            continue
        source = _module(part.family, part.spec)
        if not hasattr(source, "widths"):
            yield module
        elif hasattr(source, "fixed"):
            yield from source.fixed(module)


def _submodule(modules: Any, name: str) -> nn.Module:
    module: nn.Module = modules[name] if isinstance(modules, nn.ModuleDict) else getattr(modules, name)
    return module


def _read_back(expected: Mapping[str, Any], modules: Any) -> dict[str, Any]:
    read = {}
    for name, part in expected.items():
        module = _submodule(modules, name)
        read[name] = _widths(part, module) if isinstance(part, Part) else _read_back(part, module)
    return read


def _widths(part: Part, module: nn.Module) -> dict[str, Any]:
    read: Callable[[nn.Module], dict[str, Any]] = getattr(_module(part.family, part.spec), "widths", lambda _: {})
    return read(module)


def _each(spec: ModelSpec, inputs: Mapping[str, Input], change: Callable[[Part], Any]) -> dict[str, Any]:
    """What becomes of each part, by the arguments of the network."""
    return {
        name: change(part) if isinstance(part, Part) else {block: change(own) for block, own in part.items()}
        for name, part in spec.parts(inputs).items()
    }


def _network(part: Part) -> Any:
    return _module(part.family, part.spec).Network(**part.arguments, **parts.fields(part.spec))


def _description(part: Part) -> dict[str, Any]:
    return {"source": _source(part), "arguments": {**part.arguments, **parts.fields(part.spec)}}


def _source(part: Part) -> str:
    return f"{part.family}_{part.spec.name}"


def _module(family: Family, spec: Component) -> ModuleType:
    module: ModuleType = catalog.part(family, spec, "network")
    return module


def _path(family: Family, spec: Component) -> Path:
    file = _module(family, spec).__file__
    assert file is not None
    return Path(file)
