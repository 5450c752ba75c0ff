"""A model as one archive of torch."""

import io
from pathlib import Path

import torch

from trainer import files
from trainer.packaging.preprocessing import RawModel

WRITTEN_BY_THE_WRITER = {"version", "byteorder", ".data/serialization_id"}


def write(module: RawModel, path: Path) -> None:
    """Script the raw-in module. Scripting, not tracing: a trace keeps only the path that one example took."""
    buffer = io.BytesIO()  # in memory: on a full disk torch's own writer ends the process
    torch.jit.save(torch.jit.script(module), buffer)
    files.write(path, _without_origins(buffer))


def _without_origins(buffer: io.BytesIO) -> bytes:
    """The archive without its notes of source lines, which tell where on this machine the code stood."""
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
