"""How other threads of this process let its agent look at queue and commands at once."""

import socket

awake, _awaken = socket.socketpair()  # the agent selects on the first
awake.setblocking(False)
_awaken.setblocking(False)


def wake() -> None:
    """Let this process's agent look at queue and commands now. May be called from any thread."""
    try:
        _awaken.send(b"!")
    except BlockingIOError:
        return  # it has been woken often enough
