"""All connections of this web server, and who among their clients owes it bytes: when room is short, the slowest gives
way.

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
    def address(self) -> str: ...

    def give_way(self) -> None:
        """Let go of the place, now or soon."""


class Crowd:
    """Places are counted by address; debtors are in the order in which they began to wait."""

    def __init__(self) -> None:
        self._places: Counter[str] = Counter()
        self._open = 0
        self._debtors: dict[Debtor, float] = {}

    def enter(self, address: str, limits: Limits, *, is_proxy: bool) -> bool:
        """Take a place, where one is free or somebody gives way. A proxy's connections are not counted as one
        client's."""
        if self._open >= most_connections(limits) and not self._make_room():
            return False
        if not is_proxy and self._places[address] >= limits.connections_per_address and not self._make_room(address):
            return False
        self._places[address] += 1
        self._open += 1
        return True

    def leave(self, address: str) -> None:
        """Give a place back."""
        self._open -= 1
        self._places[address] -= 1
        if not self._places[address]:
            del self._places[address]

    def wait_for(self, debtor: Debtor) -> None:
        """Note that its client owes bytes from now on."""
        self._debtors.setdefault(debtor, time.monotonic())

    def settle(self, debtor: Debtor) -> None:
        """Note that its client owes nothing any more."""
        self._debtors.pop(debtor, None)

    def _make_room(self, address: str | None = None) -> bool:
        """Have the debtor go that waits longest, of this address where one is named; False where none has waited for
        long."""
        late = time.monotonic() - GRACE
        for debtor, since in self._debtors.items():
            if since > late:
                return False
            if address in (None, debtor.address):
                self.settle(debtor)
                debtor.give_way()
                return True
        return False


class Load:
    """What is kept of requests that are not complete yet; above ``most`` of it the debtor gives way that began
    first."""

    def __init__(self, most: int) -> None:
        self._most = most
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
