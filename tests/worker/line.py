"""A line to PostgreSQL that can be cut at the worst moment: while a commit is on its way, or its answer."""

import select
import socket
import threading
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Line:
    """Passes on what comes over the socket in ``folder`` to the server whose socket is in ``server``, one connection
    after another.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self._server = server / SOCKET
        self._word: bytes | None = None
        self._arrives = True
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_at(self, word: bytes, *, arrives: bool) -> None:
        """Break the connection once, when ``word`` is sent: before it arrives, or behind it, when the server has done
        it.
        """
        self._word, self._arrives = word, arrives

    @property
    def was_cut(self) -> bool:
        return self._word is None

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # closing alone would leave the thread waiting
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            with client, socket.socket(socket.AF_UNIX) as server:
                server.connect(str(self._server))
                self._carry(client, server)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            for ready in select.select([client, server], [], [])[0]:
                data = ready.recv(1 << 20)
                if not data:
                    return
                if ready is client and self._word is not None and self._word in data:
                    if self._arrives:
                        server.sendall(data)
                        server.recv(1 << 20)
                    self._word = None
                    return
                (server if ready is client else client).sendall(data)
