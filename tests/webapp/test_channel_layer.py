"""The channel layer on a real Valkey: it waits for messages, and hears again after its connection was lost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from redis import asyncio as redis

from webapp.channel_layer import ChannelLayer

GROUP = "somebody"


@pytest.fixture
def layer(services: Path) -> ChannelLayer:
    return ChannelLayer(hosts=[settings.CHANNEL_URL])


async def hears(layer: ChannelLayer, channel: str) -> bool:
    await layer.group_send(GROUP, {"type": "news"})
    message: dict[str, Any] = await asyncio.wait_for(layer.receive(channel), 5)
    return message == {"type": "news"}


async def test_it_hears_those_who_joined_also_after_all_had_left(layer: ChannelLayer) -> None:
    channel = await layer.new_channel()
    for _ in range(2):
        await layer.group_add(GROUP, channel)
        assert await hears(layer, channel)
        await layer.group_discard(GROUP, channel)
        await asyncio.sleep(0.05)
    await layer.flush()


async def test_it_takes_no_looks_while_nothing_comes(layer: ChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    assert await hears(layer, channel)
    subscriptions, looks = layer._get_layer()._shards[0]._pubsub, 0
    look = subscriptions.get_message

    async def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal looks
        looks += 1
        return await look(*arguments, **options)

    subscriptions.get_message = counted
    await asyncio.sleep(1)
    assert looks == 0
    assert await hears(layer, channel)
    await layer.flush()


async def test_it_hears_again_after_its_connection_was_lost(layer: ChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    assert await hears(layer, channel)
    client = redis.Redis.from_url(settings.CHANNEL_URL)
    assert await client.client_kill_filter(_type="pubsub")
    await asyncio.sleep(0.5)
    assert await hears(layer, channel)
    await client.aclose()
    await layer.flush()
