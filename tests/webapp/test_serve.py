"""The web server's process: whom it lets go of, and where it listens."""

import base64
import os
import socket
import threading
from typing import Any

import uvicorn

from webapp import serve

PIECE = "x" * 1_000_000


def test_a_viewer_that_never_reads_is_cut_off_with_what_waits_for_it() -> None:
    ended = threading.Event()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while True:
                await send({"type": "websocket.send", "text": PIECE})
        finally:
            ended.set()

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(serve.config(application, ws_ping_interval=0.5, ws_ping_timeout=0.5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    viewer = socket.socket()
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    viewer.connect(listener.getsockname())
    key = base64.b64encode(os.urandom(16)).decode()
    viewer.sendall(
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: "
        f"Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert ended.wait(10), "the server still waits for a viewer that does not read"
    viewer.close()
    server.should_exit = True
    thread.join(10)


def test_it_listens_on_an_address_of_this_machine() -> None:
    for address, family in (("127.0.0.1:0", socket.AF_INET), ("[::1]:0", socket.AF_INET6)):
        with serve.listening(address) as listener:
            assert listener.family == family and listener.getsockname()[1] > 0
