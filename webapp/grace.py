"""How much longer than promised things are kept before they are cleared away."""

from datetime import timedelta

GRACE = timedelta(days=1)  # a clock that jumps by hours, and back, removes nothing early
