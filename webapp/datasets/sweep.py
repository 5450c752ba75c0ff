"""What is cleared away now and then, whoever runs it; two at once do no harm."""

from django.apps import apps

from webapp.artifacts import strays
from webapp.datasets import corrections, services, uploads
from webapp.idempotency import keys


def sweep() -> dict[str, int]:
    """Clear away what is past its time. Returns how many of each."""
    of_apps = (config.sweep() for config in apps.get_app_configs() if hasattr(config, "sweep"))
    return {
        "abandoned uploads": uploads.expire(),
        "deleted data sets": services.purge(),
        "undecided corrections": corrections.expire(),
        **{what: count for counts in of_apps for what, count in counts.items()},
        "old keys": keys.forget(),
        "stray files": strays.remove(),
    }
