"""A websocket spoken to in process (channels.testing wants daphne, which we don't serve with)."""

from typing import Any
from urllib.parse import urlsplit

from asgiref.testing import ApplicationCommunicator

from webapp.asgi import application

HOST = "127.0.0.1:8000"
PATIENCE = 8.0


class Socket:
    """One handshake with cookies and Origin as given, then texts both ways."""

    def __init__(self, address: str, cookie: str = "", origin: str = f"http://{HOST}", **headers: str) -> None:
        parts = urlsplit(address)
        sent = {"host": HOST, "origin": origin, "cookie": cookie, **headers}
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": parts.path,
            "query_string": parts.query.encode(),
            "subprotocols": [],
            "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
        }
        self._application: Any = ApplicationCommunicator(application, scope)

    async def connect(self) -> bool:
        await self._application.send_input({"type": "websocket.connect"})
        return bool((await self.output())["type"] == "websocket.accept")

    async def output(self) -> dict[str, Any]:
        event: dict[str, Any] = await self._application.receive_output(PATIENCE)
        return event

    async def read(self) -> str:
        return str((await self.output())["text"])

    async def say(self, text: str) -> None:
        await self._application.send_input({"type": "websocket.receive", "text": text})

    async def closed(self) -> int:
        """Reads until the server closes, and returns the code."""
        while (message := await self.output())["type"] != "websocket.close":
            pass
        return int(message.get("code") or 1000)

    async def leave(self) -> None:
        await self._application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._application.wait(PATIENCE)
