"""What the channel layer says to a websocket. It is a hint: where the layer is away, only haste is lost, and it is asked again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from webapp.runs.nudge import GIVES_UP_AFTER

NO_LAYER = ""  # for a consumer: Channels itself would ask the layer before anything else, and fail the handshake with it
AWAY = (RedisError, OSError)  # timeouts are among the latter
FIRST_PAUSE = 0.1  # seconds; a connection that broke while nobody used it is noticed by one try, and is new at the next
LONGEST_PAUSE = 60.0  # each try at a channel that fails leaves an empty queue in channels_redis, so they become rare

Hear = Callable[[dict[str, Any]], Awaitable[None]]
T = TypeVar("T")


async def to(groups: Sequence[str], hear: Hear) -> None:
    """Pass on what is said to ``groups`` until cancelled.

    The first event is ``stream.joined``: what was said before it was not heard.
    """
    layer = get_channel_layer()
    channel = await _once_there(layer.new_channel)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_join(layer, groups, channel, hear))
            while True:  # from the start: it is the end of `receive` that lets go of the channel
                await hear(await layer.receive(channel))
    finally:
        with suppress(*AWAY):
            async with asyncio.timeout(GIVES_UP_AFTER):
                for group in groups:
                    await layer.group_discard(group, channel)


async def _join(layer: Any, groups: Sequence[str], channel: str, hear: Hear) -> None:
    for group in groups:
        await _once_there(partial(layer.group_add, group, channel))
    await hear({"type": "stream.joined"})


async def _once_there(ask: Callable[[], Awaitable[T]]) -> T:
    """What the layer answers, however often it must be asked."""
    pause = FIRST_PAUSE
    while True:
        with suppress(*AWAY):
            async with asyncio.timeout(GIVES_UP_AFTER):  # a host that answers nothing would be waited for far longer
                return await ask()
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
