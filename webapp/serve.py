"""The web server's process: uvicorn on a socket that `manage.py up` has opened and passes on by its descriptor."""

import socket
import sys

import uvicorn

LARGEST_FRAME = 64 * 1024  # a browser only ever says where it stands; more than that is no page of ours


def main(descriptor: int) -> None:
    config = uvicorn.Config(
        "webapp.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=True,
        ws_max_size=LARGEST_FRAME,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
