"""What anybody may ask of the web server before they have signed in."""

import resource
from dataclasses import dataclass

from webapp.environment import number


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds. A connection's address is that of its other end, whatever a header
    says of it."""

    header_bytes: int  # the request's line and headers together
    header_count: int
    header_seconds: int  # from the connection, or a request's first byte, to the end of the headers
    body_seconds: int  # for the whole body of a form; for an upload see ``body_rate``
    body_rate: int  # bytes a second that an upload brings, or a download takes, on average over ``body_seconds``
    connections: int
    connections_per_address: int  # a trusted proxy (FORWARDED_ALLOW_IPS) brings everybody: it has all ``connections``


def of_environment() -> Limits:
    """The limits as TRAINYARD_HEADER_BYTES and so on set them; a wrong value ends the program with a sentence."""
    return Limits(
        header_bytes=number("TRAINYARD_HEADER_BYTES", 64 << 10, 1 << 10, 1 << 20),
        header_count=number("TRAINYARD_HEADER_COUNT", 100, 10, 10_000),
        header_seconds=number("TRAINYARD_HEADER_SECONDS", 10, 1, 3600),
        body_seconds=number("TRAINYARD_BODY_SECONDS", 60, 1, 3600),
        body_rate=number("TRAINYARD_BODY_RATE", 1 << 10, 1, 1 << 30),
        connections=number("TRAINYARD_CONNECTIONS", 4096, 16, 1_000_000),
        connections_per_address=number("TRAINYARD_CONNECTIONS_PER_ADDRESS", 256, 1, 1_000_000),
    )


def raise_descriptors(limits: Limits) -> None:
    """Have this process open as many descriptors as its connections need, as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * limits.connections
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def most_connections(limits: Limits) -> int:
    """How many connections may be open: half of this process's descriptors are for files, the database and messages."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return limits.connections if soft == resource.RLIM_INFINITY else min(limits.connections, soft // 2)
