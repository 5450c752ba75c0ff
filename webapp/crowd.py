"""All connections of this web server, and who among their clients owes it bytes: when room is short, the
slowest gives way.

So a thousand silent connections never keep somebody out who sends a request as soon as they are connected.
"""

import time
from collections import Counter
from typing import Protocol

from webapp.limits import Limits, most_connections

GRACE = 0.1  # seconds in which nobody has to give way: a burst of honest connections must not end its own beginning
HEADS = 8 << 20  # bytes of unfinished heads, of all connections together
BODIES = 256  # unfinished bodies, uploads aside: each has its last piece in memory, and the others on the disk


class Debtor(Protocol):
    """Somebody whose client owes bytes."""

    @property
    def network(self) -> str: ...

    def unread(self) -> int:
        """Bytes that wait for the client to read them."""

    def give_way(self) -> None:
        """Let go of the place, now or soon."""


class Crowd:
    """Places are counted by network (webapp.networks); debtors are in the order in which they began to wait."""

    def __init__(self) -> None:
        self._places: Counter[str] = Counter()
        self._sockets: Counter[str] = Counter()
        self._open = 0
        self._debtors: dict[Debtor, float] = {}

    def enter(self, network: str, limits: Limits, *, is_proxy: bool) -> bool:
        """Take a place, where one is free or somebody gives way. A proxy's connections are not
        counted as one client's."""
        if self._open >= most_connections(limits) and not self._make_room():
            return False
        if not is_proxy and self._places[network] >= limits.connections_per_address and not self._make_room(network):
            return False
        self._places[network] += 1
        self._open += 1
        return True

    def leave(self, network: str) -> None:
        """Give a place back."""
        self._open -= 1
        _take_one(self._places, network)

    def enter_socket(self, network: str, limits: Limits, *, is_proxy: bool) -> bool:
        """Have one of the network's places be a websocket's. Half of them stay for pages: many people may share an
        address, and each of their open pages keeps a websocket."""
        if not is_proxy and self._sockets[network] >= max(1, limits.connections_per_address // 2):
            return False
        self._sockets[network] += 1
        return True

    def leave_socket(self, network: str) -> None:
        """The websocket is no more."""
        _take_one(self._sockets, network)

    def wait_for(self, debtor: Debtor) -> None:
        """Note that its client owes bytes from now on."""
        self._debtors.setdefault(debtor, time.monotonic())

    def settle(self, debtor: Debtor) -> None:
        """Note that its client owes nothing any more."""
        self._debtors.pop(debtor, None)

    def _make_room(self, network: str | None = None) -> bool:
        """Have the debtor go that waits longest, of this network where one is named; False where none has
        waited for long."""
        debtor = self._next_to_go(network)
        if debtor is None:
            return False
        self.settle(debtor)
        debtor.give_way()
        return True

    def _next_to_go(self, network: str | None) -> Debtor | None:
        """Clients that have an answer to read go last: what is cut short of it is lost."""
        late, reader = time.monotonic() - GRACE, None
        for debtor, since in self._debtors.items():
            if since > late:
                break
            if network in (None, debtor.network):
                if not debtor.unread():
                    return debtor
                reader = reader or debtor
        return reader


def _take_one(counts: Counter[str], network: str) -> None:
    counts[network] -= 1
    if not counts[network]:
        del counts[network]


class Load:
    """What is kept of requests that are not complete yet; above ``most`` of it the debtor gives way
    that began first."""

    def __init__(self, limit: int) -> None:
        self._most = limit
        self._sizes: dict[Debtor, int] = {}
        self._sum = 0

    def weigh(self, debtor: Debtor, size: int) -> None:
        """Note how much is kept for this debtor by now."""
        self._sum += size - self._sizes.get(debtor, 0)
        self._sizes[debtor] = size
        while self._sum > self._most:
            oldest = next(iter(self._sizes))
            self.drop(oldest)
            oldest.give_way()

    def drop(self, debtor: Debtor) -> None:
        """Note that nothing is kept for it any more."""
        self._sum -= self._sizes.pop(debtor, 0)


# Of this process.
crowd = Crowd()
heads = Load(HEADS)
bodies = Load(BODIES)
