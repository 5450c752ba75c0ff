"""How often the kernel has killed for want of memory: it counts for a whole control group and names nobody."""

import time
from collections import deque
from pathlib import Path

LATELY = (
    10.0  # seconds; after a rank is killed its launcher gives the others 5 to leave, and what is left after that 3 more
)


class Kills:
    """Tells those since it was made and of late from those before, which were another run's."""

    def __init__(self) -> None:
        self._seen = deque([(time.monotonic(), oom_kills())])

    def look(self) -> None:
        """Take note of the counter. Call it about once a second."""
        now = time.monotonic()
        self._seen.append((now, max(oom_kills(), self._seen[-1][1])))  # it cannot be read where no descriptor is left
        while self._seen[1][0] <= now - LATELY:
            self._seen.popleft()

    def lately(self) -> int:
        return max(0, oom_kills() - self._seen[0][1])


def oom_kills() -> int:
    """How often the kernel has killed for memory in our control group (version 2 or 1); 0 where it is not told."""
    for path in _memory_events():
        try:
            facts = dict(line.split()[:2] for line in path.read_text().splitlines())
        except (OSError, ValueError):
            continue
        if "oom_kill" in facts:
            return int(facts["oom_kill"])
    return 0


def _memory_events() -> list[Path]:
    root, paths = Path("/sys/fs/cgroup"), []
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    for line in lines:
        _number, controllers, group = line.split(":", 2)
        if controllers == "memory":
            paths += [root / "memory" / group.lstrip("/") / "memory.oom_control", root / "memory/memory.oom_control"]
        elif not controllers:
            paths += [root / group.lstrip("/") / "memory.events", root / "memory.events"]
    return paths
