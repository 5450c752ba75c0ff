"""Static files by WhiteNoise, without taking a thread for every request that is for something else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

CHUNK = 256 * 1024


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise's middleware, made asynchronous: its look-up of a path is one dictionary access."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self):
            return self._asynchronous(request)
        return cast(HttpResponseBase, super().__call__(request))

    async def _asynchronous(self, request: HttpRequest) -> HttpResponseBase:
        static_file = self.files.get(request.path_info)
        if static_file is None:
            return cast(HttpResponseBase, await self.get_response(request))
        response = self.serve(static_file, request)
        if isinstance(response, FileResponse) and response.file_to_stream is not None:
            response.streaming_content = _chunks(cast(BinaryIO, response.file_to_stream))
        return cast(HttpResponseBase, response)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk
