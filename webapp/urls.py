"""All addresses. They are for signed-in people only, unless a view is marked otherwise."""

from django.urls import include, path

urlpatterns = [
    path("", include("webapp.home.urls")),
    path("", include("webapp.accounts.urls")),
    path("runs/", include("webapp.metrics.urls")),
    path("datasets/", include("webapp.datasets.urls")),
    path("runs/", include("webapp.runs.urls")),
    path("models/", include("webapp.artifacts.urls")),
    path("workers/", include("webapp.workers.urls")),
    path("api/v1/", include("webapp.api.urls")),
]

handler500 = "webapp.home.errors.server_error"
