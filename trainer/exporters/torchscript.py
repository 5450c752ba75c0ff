"""TorchScript

The whole model as one file that torch runs without its Python code, in C++ too.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trainer import files
from trainer.component import Component
from trainer.exporters import File, Source

if TYPE_CHECKING:
    import numpy as np

NAME = "model.torchscript.pt"
FILES = (File("torchscript", NAME),)
NEEDS = "torch"
WRITTEN_BY_THE_WRITER = {"version", "byteorder", ".data/serialization_id"}


class Spec(Component):
    """TorchScript has nothing to choose."""

    order: ClassVar[int] = 2


def build(spec: Spec, source: Source, folder: Path) -> Sequence[File]:
    """Script the raw-in module. Scripting, not tracing: a trace keeps only the path that one example took."""
    import torch

    assert source.module is not None
    buffer = io.BytesIO()  # in memory: on a full disk torch's own writer ends the process
    torch.jit.save(torch.jit.script(source.module), buffer)
    files.write(folder / NAME, _without_origins(buffer))
    return ()


def _without_origins(buffer: io.BytesIO) -> bytes:
    """The archive without its notes of source lines, which tell where on this machine the code stood."""
    import torch

    buffer.seek(0)
    bare = io.BytesIO()
    reader = torch._C.PyTorchFileReader(buffer)
    writer = torch._C.PyTorchFileWriter(bare)
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in WRITTEN_BY_THE_WRITER:
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()
    return bare.getvalue()


def load(folder: str) -> "Callable[[dict[str, np.ndarray[Any, Any]]], np.ndarray[Any, Any]]":
    """The model as a function from raw rows by block to its answers. Needs torch."""
    import torch

    model = torch.jit.load(f"{folder}/model.torchscript.pt", map_location="cpu")

    def run(rows: "dict[str, np.ndarray[Any, Any]]") -> "np.ndarray[Any, Any]":
        with torch.inference_mode():
            return model({name: torch.from_numpy(values) for name, values in rows.items()}).numpy()  # type: ignore[no-any-return]

    return run
