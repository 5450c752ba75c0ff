"""What is found of an export, and of all exports of a model version together."""

from typing import Annotated, Any, Literal

from trainer.component import Lenient, Strict
from trainer.proving.lossy import Cost
from trainer.proving.stranger import BATCHES
from trainer.report import Number

TOLERANCE = 1e-4


class Verdict(Strict):
    """Of one export; ``message`` with ``params`` is the sentence for the user. ``rows`` are those that it was asked of,
    ``lossy`` what a small number format cost."""

    status: Literal["proved", "lossy", "refused"]
    rows: int
    largest_difference: float | None = None
    message: str
    params: dict[str, Any]
    lossy: Cost | None = None
    tolerance: float = TOLERANCE
    batch_sizes: Annotated[tuple[int, ...], Lenient] = BATCHES


class ExportReport(Verdict):
    """A verdict with the format and the file that it is of."""

    format: str
    file: str


class Parity(Strict):
    """All exports of a version. ``floor`` is the size below which a difference is not relative any more, ``test`` are
    the version's scores on the whole test part."""

    exports: Annotated[tuple[ExportReport, ...], Lenient]
    rows_sha256: str
    floor: float
    test: dict[str, int | Number]
