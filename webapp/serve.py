"""The web server's process: uvicorn on a socket that `manage.py up` has opened and passes on, or on an address
of this machine.

``python -m webapp.serve 3`` takes descriptor 3, ``python -m webapp.serve 0.0.0.0:8000`` listens there.
"""

import os
import socket
import sys
from typing import Any

import uvicorn

from webapp.connections import Connection
from webapp.limits import of_environment, raise_descriptors
from webapp.websockets import Sockets

LARGEST_FRAME = 64 * 1024  # a browser only ever says where it stands; more than that is no page of ours


def config(application: Any = "webapp.asgi:application", **options: Any) -> uvicorn.Config:
    """How uvicorn serves our pages; ``options`` are of uvicorn, in place of ours."""
    ours: dict[str, Any] = {
        "loop": "uvloop",
        "http": Connection,
        "ws": Sockets,
        "ws_per_message_deflate": True,
        "ws_max_size": LARGEST_FRAME,
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "forwarded_allow_ips": proxies(),
        "timeout_graceful_shutdown": 5,
    }
    return uvicorn.Config(application, **{**ours, **options})


def main(where: str) -> None:
    raise_descriptors(of_environment())
    uvicorn.Server(config()).run(sockets=[socket.socket(fileno=int(where)) if where.isdigit() else listening(where)])


def proxies() -> str:
    """Whose X-Forwarded-For and X-Forwarded-Proto are believed: FORWARDED_ALLOW_IPS, else a proxy on this machine if
    there is one.

    There is one where TRAINYARD_ORIGIN is set. Without, anybody here could claim to come from anywhere. Nor may
    everybody be a proxy.
    """
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1" if os.environ.get("TRAINYARD_ORIGIN") else "")
    if any(proxy.strip() == "*" or proxy.strip().endswith("/0") for proxy in trusted.split(",")):
        raise SystemExit(
            f"FORWARDED_ALLOW_IPS must not be “{trusted}”: everybody could claim any address. List the proxies, for "
            "example: FORWARDED_ALLOW_IPS=10.0.0.1,10.1.0.0/16"
        )
    return trusted


def listening(address: str) -> socket.socket:
    """A socket on ``host:port``, for example ``0.0.0.0:8000`` or ``[::]:8000``."""
    host, _, port = address.rpartition(":")
    return socket.create_server(
        (host.strip("[]"), int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
    )


if __name__ == "__main__":
    main(sys.argv[1])
