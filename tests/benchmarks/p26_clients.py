"""The strangers of p26_hostile, in a process of their own: ``python -m tests.benchmarks.p26_clients PORT COUNT
SECONDS``.

They aim at this machine only, and end by themselves. Prints "open" when each has connected once, at the end its counts
as JSON.
"""

import asyncio
import itertools
import json
import os
import sys
import time
from collections import Counter

REQUEST = b"POST /signin/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BEGINNINGS = (
    REQUEST + b"Cookie: " + b"x" * 60_000,
    b"",
    REQUEST + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 60_000,
)
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 18)]  # not the other user's, which is 127.0.0.1
PAUSE, AGAIN = 1.0, 5.0  # seconds between two bytes, and before a client that was cut comes again


async def stranger(port: int, address: str, beginning: bytes, until: float, counts: Counter[str]) -> None:
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            counts["opened"] += 1
            writer.write(beginning)
            while time.monotonic() < until and not reader.at_eof():
                await asyncio.sleep(PAUSE)
                if beginning:
                    writer.write(b"x")
                    await writer.drain()
            counts["closed"] += reader.at_eof()
            writer.close()
        except OSError:
            counts["closed"] += 1
        await asyncio.sleep(AGAIN)


async def main(port: int, count: int, seconds: float) -> None:
    os.nice(10)  # elsewhere they would not take the server's processor
    counts: Counter[str] = Counter(opened=0, closed=0)
    until = time.monotonic() + 2 * seconds
    kinds = itertools.islice(zip(itertools.cycle(ADDRESSES), itertools.cycle(BEGINNINGS)), count)
    strangers = [asyncio.create_task(stranger(port, *kind, until, counts)) for kind in kinds]
    while counts["opened"] < count and time.monotonic() < until:
        await asyncio.sleep(0.05)
    print("open", flush=True)
    await asyncio.sleep(seconds)
    for task in strangers:
        task.cancel()
    await asyncio.gather(*strangers, return_exceptions=True)
    print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
