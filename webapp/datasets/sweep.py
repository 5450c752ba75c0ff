"""What is cleared away now and then, whoever runs it; two at once do no harm."""

from webapp.artifacts import strays
from webapp.datasets import corrections, services, uploads
from webapp.idempotency import keys


def sweep() -> dict[str, int]:
    """Clear away what is past its time. Returns how many of each."""
    return {
        "abandoned uploads": uploads.expire(),
        "deleted data sets": services.purge(),
        "undecided corrections": corrections.expire(),
        "old keys": keys.forget(),
        "stray files": strays.remove(),
    }
