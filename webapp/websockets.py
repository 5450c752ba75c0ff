"""The web server's websockets, from the handshake on: `webapp.connections` hands their wire over."""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from webapp.wire import Wire


class Sockets(WebSocketsSansIOProtocol):
    """Websockets. One whose other end is silent is cut off: what is left to send waits for a peer that never reads."""

    _wire: Wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Wire)
        self._wire = transport
        super().connection_made(transport)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wire.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wire.resume_writing()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.handshake_initiated:  # the whole head came in one, and is none that the library takes
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.lose()
        super().connection_lost(exc)
