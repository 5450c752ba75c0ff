"""Reads Parquet, some thousand rows at a time and without threads, which an inspection may not start."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns import Readings
from trainer.importing import typed
from trainer.importing.archives import Source
from trainer.importing.parsed import Parsed


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The table in the one source. Raises TrainerError where it is none."""
    source = typed.only(sources)
    with typed.refusing_damage(source), pq.ParquetFile(source.path, memory_map=True, pre_buffer=False) as file:

        def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
            chosen = None if columns is None else list(columns)
            yield from file.iter_batches(typed.CHUNK_ROWS, columns=chosen, use_threads=False)

        return typed.read(source, file.schema_arrow, batches, work, readings)
