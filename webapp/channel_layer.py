"""The channel layer over Valkey or Redis, without the looks that channels_redis takes ten times a second
while nothing comes."""

import asyncio
import logging
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisSingleShardConnection
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

AGAIN = 1.0  # seconds until a connection that was lost is tried again


class ChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """As the library's, on connections that wait for what comes."""

    def _get_layer(self) -> Any:
        layer = super()._get_layer()  # one for each event loop, made by the first call
        if not all(isinstance(shard, Connection) for shard in layer._shards):
            layer._shards = [Connection(shard.host, layer) for shard in layer._shards]
        return layer


class Connection(RedisSingleShardConnection):  # type: ignore[misc]
    def __init__(self, host: Any, layer: Any) -> None:
        super().__init__(host, layer)
        self._joined = asyncio.Event()
        self._is_away = False

    async def subscribe(self, channel: str) -> None:
        await super().subscribe(channel)
        self._joined.set()

    async def _do_receiving(self) -> None:
        """Pass on what comes, for as long as the process lives."""
        while True:
            try:
                await self._receive_next()
                self._is_away = False
            except (OSError, RedisError) as error:
                if not self._is_away:
                    log.warning("No messages come while the message server is away: %s", error)
                self._is_away = True
                await asyncio.sleep(AGAIN)

    async def _receive_next(self) -> None:
        if self._pubsub and self._pubsub.subscribed:
            self._receive_message(await self._pubsub.get_message(ignore_subscribe_messages=True, timeout=None))
        else:
            await self._joined.wait()
            self._joined.clear()
