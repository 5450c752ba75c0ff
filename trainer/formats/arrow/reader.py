"""Reads files of Arrow, which Feather is as well.

https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from trainer.columns import Readings
from trainer.formats.arrow import MARK
from trainer.importing import typed
from trainer.importing.archives import Source
from trainer.importing.parsed import Parsed

STREAM_START = 8  # behind the mark, the file holds the same messages as a stream does


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The table in the one source. Raises TrainerError where it is none."""
    source = typed.only(sources)
    with typed.refusing_damage(source), pa.memory_map(str(source.path)) as file:
        if bytes(file.read_at(len(MARK), source.size - len(MARK))) != MARK:
            raise pa.ArrowInvalid("the end is missing")
        schema, _ = _opened(file)

        def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
            _, every = _opened(file)
            return (batch if columns is None else batch.select(list(columns)) for batch in every)

        return typed.read(source, schema, batches, work, readings)


def _opened(file: pa.MemoryMappedFile) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The columns and the batches. As a stream, where the file begins as one: Arrow opens files by a thread of its own,
    which an inspection may not start."""
    options = pa.ipc.IpcReadOptions(use_threads=False)
    file.seek(STREAM_START)
    try:
        stream = pa.ipc.open_stream(file, options=options)
    except (pa.ArrowInvalid, OSError):
        random = pa.ipc.open_file(file, options=options)
        return random.schema, (random.get_batch(at) for at in range(random.num_record_batches))
    return stream.schema, iter(stream)
