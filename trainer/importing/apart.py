"""Work on content that may break the libraries that read it: in a process of its own, with limits, of which only a
text comes back.

What is written in C or Rust may end its process, by an error of its own or for want of memory, and no handler of Python
runs while it computes without end. Here that is a sentence.
"""

import faulthandler
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from trainer.attempt import processes
from trainer.errors import TrainerError
from trainer.importing.limits import about_limit, limit
from trainer.limited import GIB, Limits

LIMITS = Limits(memory=2 * GIB)
ENDS_SECONDS = 1.0  # in which who ends all processes of an attempt ends this one, too: then the file is not to blame


def apart(work: Callable[[], str], name: str, limits: Limits = LIMITS) -> str:
    """What ``work`` gives, done in a process that is forked for it. Raises TrainerError, also where the process did not
    live to the end of the work on the file ``name``, and OSError for a disk without room.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        _work(work, limits, parent, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        message = stream.read()
    _, status = os.waitpid(child, 0)
    if not message or os.waitstatus_to_exitcode(status) < 0:
        time.sleep(ENDS_SECONDS)
        raise _broken(name, -os.waitstatus_to_exitcode(status))
    return _result(json.loads(message))


def shorten(cpu_seconds: int) -> None:
    """Leave this process so many seconds more, after which the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = int(used.ru_utime + used.ru_stime) + cpu_seconds
    if soft == resource.RLIM_INFINITY or most < soft:
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _work(work: Callable[[], str], limits: Limits, parent: int, writing: int) -> NoReturn:
    """All that the new process does."""
    code = 1
    try:
        faulthandler.disable()  # of a death that is expected nobody needs the stack
        processes.default_signals()
        processes.die_with_parent(parent)
        os.environ["TOKENIZERS_PARALLELISM"] = "false"  # no thread may be started
        limit(limits)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)  # a handler of Python would wait for the library
        message = json.dumps(_answer(work)).encode()
        with os.fdopen(writing, "wb") as stream:
            stream.write(message)
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _answer(work: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"result": work()}
    except TrainerError as error:
        return _as_json(error)
    except (MemoryError, OSError) as error:
        limited = about_limit(error)
        if isinstance(limited, TrainerError):
            return _as_json(limited)
        return {"errno": getattr(error, "errno", None), "error": str(error)}


def _as_json(error: TrainerError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "field": error.field, "params": error.params}


def _result(message: dict[str, Any]) -> str:
    if "code" in message:
        raise TrainerError(message["code"], message["message"], field=message["field"], **message["params"])
    if "errno" in message:
        raise OSError(message["errno"], message["error"])
    result: str = message["result"]
    return result


def _broken(name: str, number: int) -> Exception:
    """What became of a process that did not say so itself."""
    if number <= 0:
        return RuntimeError("the work ended with an error of ours, which the log tells")
    if number in (signal.SIGXCPU, signal.SIGKILL):
        return TrainerError(
            "asset_time",
            "Reading “%(name)s” took too long or too much memory, so it was given up. Give a smaller file, or one "
            "without patterns that search without end.",
            name=name,
        )
    return TrainerError(
        "asset_breaks",
        "“%(name)s” breaks the library that reads such files (%(signal)s): it is damaged, needs too much memory, or "
        "was made to do so. Save it again with a current version of the program that made it.",
        name=name,
        signal=signal.Signals(number).name,
    )
