"""All addresses. What is below is for signed-in people only, unless a view says otherwise."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path


def _existing(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    package = module.rpartition(".")[0]
    return [path(prefix, include(module))] if find_spec(package) and find_spec(module) else []


urlpatterns = [
    *_existing("", "webapp.accounts.urls"),
    *_existing("", "webapp.home.urls"),
    *_existing("datasets/", "webapp.datasets.urls"),
    *_existing("runs/", "webapp.metrics.urls"),
    *_existing("runs/", "webapp.runs.urls"),
    *_existing("models/", "webapp.artifacts.urls"),
    *_existing("workers/", "webapp.workers.urls"),
    *_existing("api/v1/", "webapp.api.urls"),
]
