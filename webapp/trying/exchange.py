"""How a question reaches a worker and the reply comes back: through the message server's memory, for a minute at most.

What somebody entered is in no row, no file and no log. Celery's message names only the question. A person has one
question at a time: another takes its place, and who waited for the first is told so.
"""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from webapp.runs.broker import TWICE, client

ANSWER = "worker.tasks.answer"
KEPT_SECONDS = 60
PATIENCE_SECONDS = 25.0  # that somebody waits for a reply
LOOK_SECONDS = 1  # between two looks whether another question took this one's place
CONNECT_SECONDS, SOCKET_SECONDS = 1.0, 5.0


class TrialError(Exception):
    """No answer came; the message says what to do. ``is_ours``: it may come later, without anybody's doing."""

    def __init__(self, message: str, *, is_ours: bool = True) -> None:
        super().__init__(message)
        self.is_ours = is_ours


@dataclass(frozen=True)
class Asked:
    """A question on its way to a worker: who asks, the SHA-256 of the graph, and the packed question."""

    person: UUID
    graph: str
    question: bytes


@cache
def _server() -> Redis:
    return Redis.from_url(settings.CHANNEL_URL, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=SOCKET_SECONDS)


def ask(asked: Asked) -> bytes:
    """The reply of a worker. Raises TrialError where none comes."""
    identifier = uuid4().hex
    try:
        _send(identifier, asked)
        return _wait(identifier, asked.person)
    except (RedisError, OperationalError, OSError) as error:
        raise TrialError(
            _("The message server is away, so no worker could be asked. Try again in some seconds.")
        ) from error


def _send(identifier: str, asked: Asked) -> None:
    fields: Any = {
        "person": str(asked.person),
        "graph": asked.graph,
        "question": asked.question,
    }
    with _server().pipeline(transaction=True) as pipe:
        pipe.hset(_question(identifier), mapping=fields)
        pipe.expire(_question(identifier), KEPT_SECONDS)
        pipe.set(_newest(asked.person), identifier, ex=KEPT_SECONDS)
        pipe.execute()
    client().send_task(ANSWER, [identifier], retry=True, retry_policy=TWICE, expires=PATIENCE_SECONDS)


def _wait(identifier: str, person: UUID) -> bytes:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        reply: Any = _server().blpop([_reply(identifier)], timeout=LOOK_SECONDS)
        if reply is not None:
            return bytes(reply[1])
        if not is_wanted(identifier, person):
            raise TrialError(_("You asked something else meanwhile; that is answered in place of this."), is_ours=False)
    _server().delete(_question(identifier))
    raise TrialError(_("No worker answered in time. Try again; the page “Workers” shows whether one is alive."))


def take(identifier: str) -> Asked | None:
    """The question, for the worker that answers it: gone from the server with this. None where another has taken it, or
    nobody waits any more.
    """
    with _server().pipeline(transaction=True) as pipe:
        pipe.hgetall(_question(identifier))
        pipe.delete(_question(identifier))
        fields: dict[bytes, bytes] = pipe.execute()[0]
    if not fields:
        return None
    return Asked(UUID(fields[b"person"].decode()), fields[b"graph"].decode(), fields[b"question"])


def is_wanted(identifier: str, person: UUID) -> bool:
    """Whether the person has asked nothing else since."""
    newest: Any = _server().get(_newest(person))
    return newest is not None and newest.decode() == identifier


def reply(identifier: str, content: bytes) -> None:
    """Give it to who waits."""
    with _server().pipeline(transaction=True) as pipe:
        pipe.rpush(_reply(identifier), content)
        pipe.expire(_reply(identifier), KEPT_SECONDS)
        pipe.execute()


def _question(identifier: str) -> str:
    return f"trial:{identifier}:question"


def _reply(identifier: str) -> str:
    return f"trial:{identifier}:reply"


def _newest(person: UUID) -> str:
    return f"trial:newest:{person}"
