"""The events of an attempt and their frames in the attempt's journal.

A frame is ``<length u32><crc32 u32><payload>``. A payload starts with one byte that tells its kind: ``P`` a point of
one series set (packed numbers), ``J`` any other event (JSON). Only a torn tail is ever cut: a reader stops at the
first frame that is short or fails its checksum, and at zeros, which are room for frames to come. Where whole frames
stand behind such a one, it was damaged after it was written. Everything here is plain Python; the web server reads
the same classes.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from trainer.component import Lenient, Strict

HEADER = struct.Struct("<II")
POINT = struct.Struct("<cHQd")
LARGEST_FRAME = 16 * 1024 * 1024
BEGINNING = re.compile(rb"P|J\{")  # of a payload


class Series(Strict):
    """Names the metrics of one kind of point. Written once; points refer to it by ``id``."""

    type: Literal["series"] = "series"
    id: int
    names: Annotated[tuple[str, ...], Lenient]


class Point(Strict):
    """Values of a series set at a step, NaN and infinities kept. ``time`` is seconds since the epoch (UTC)."""

    type: Literal["point"] = "point"
    series: int
    step: int
    time: float
    values: Annotated[tuple[Annotated[float, Field(allow_inf_nan=True)], ...], Lenient]


class Started(Strict):
    """The attempt's ranks are about to do their first step."""

    type: Literal["started"] = "started"
    step: int
    total_steps: int
    steps_per_epoch: int
    placement: Annotated[tuple[str, ...], Lenient] = Field(description="The device of each rank.")


class Rewind(Strict):
    """The attempt goes on from ``step``: points of later steps were of a life that ended."""

    type: Literal["rewind"] = "rewind"
    step: int


class Log(Strict):
    """A sentence for the user: ``message`` is an English identifier with named gaps, ``params`` fills them.

    ``code`` names what is wrong, for programs; a line that only tells of progress has none.
    """

    type: Literal["log"] = "log"
    level: Literal["info", "warning", "error"] = "info"
    code: str = ""
    message: str
    params: dict[str, Any] = {}


class Checkpoint(Strict):
    """A complete, fsynced checkpoint: a path relative to the attempt's folder."""

    type: Literal["checkpoint"] = "checkpoint"
    step: int
    path: str


class Output(Strict):
    """A file to publish: a path relative to the attempt's folder, its role, and facts about it.

    Roles: ``prepared``, ``profile``, ``thumbnails``, ``left_out`` (inspect); ``prepared``, ``profile``
    (inspect_asset); ``model`` (train and compress; ``meta`` describes the version, with a ``report`` where the run has
    several); ``samples`` (the pictures of rows in the report); ``sheet`` (preview); ``export`` (``meta`` has
    ``format``).
    """

    type: Literal["output"] = "output"
    role: str
    path: str
    name: str
    meta: dict[str, Any] = {}


class Result(Strict):
    """The run's report, once: final metrics, confusion matrix, residuals, comparison of stages, parity."""

    type: Literal["result"] = "result"
    report: dict[str, Any]


class Ended(Strict):
    """The attempt's last event. Absent when its process was killed."""

    type: Literal["ended"] = "ended"
    outcome: Literal["succeeded", "stopped", "paused", "failed"]
    step: int = 0
    code: str = ""
    message: str = ""
    params: dict[str, Any] = {}


Event = Series | Point | Started | Rewind | Log | Checkpoint | Output | Result | Ended
_json_event: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def frame(payload: bytes) -> bytes:
    """``payload`` with its length and checksum in front."""
    return HEADER.pack(len(payload), zlib.crc32(payload)) + payload


def encode(event: Event) -> bytes:
    """The frame of any event but a point; points are packed by the journal's writer."""
    return frame(b"J" + event.model_dump_json().encode())


def is_point(payload: bytes) -> bool:
    """Whether a payload is a point. That is told without decoding it."""
    return payload[:1] == b"P"


def decode(payload: bytes) -> Event:
    """The event in a payload."""
    if is_point(payload):
        _, series, step, time = POINT.unpack_from(payload)
        count = (len(payload) - POINT.size) // 8
        values = struct.unpack_from(f"<{count}d", payload, POINT.size)
        return Point.model_construct(series=series, step=step, time=time, values=values)
    return _json_event.validate_json(payload[1:])


def payloads(data: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """Whole payloads from ``at`` on, each with the offset behind its frame; stops at a torn or damaged frame."""
    while at + HEADER.size <= len(data):
        length, checksum = HEADER.unpack_from(data, at)
        end = at + HEADER.size + length
        if not 0 < length <= LARGEST_FRAME or end > len(data):
            return
        payload = data[at + HEADER.size : end]
        if zlib.crc32(payload) != checksum:
            return
        yield end, payload
        at = end


def hides(data: bytes) -> bool:
    """Whether the frame at the start of ``data``, which cannot be read, has a whole one behind it:
    it is no torn tail."""
    places = (match.start() - HEADER.size for match in BEGINNING.finditer(data))
    return any(next(payloads(data, at), None) is not None for at in places if at > 0)
