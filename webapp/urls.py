"""All addresses. They are for signed-in people only, unless a view is marked otherwise."""

from django.urls import include, path

urlpatterns = [
    path("", include("webapp.home.urls")),
    path("", include("webapp.accounts.urls")),
    path("datasets/", include("webapp.datasets.urls")),
    path("assets/", include("webapp.assets.urls")),
    path("runs/", include("webapp.runs.urls")),
    path("runs/", include("webapp.trying.urls")),
    path("models/", include("webapp.model_versions.urls")),
    path("workers/", include("webapp.workers.urls")),
    path("api/v1/", include("webapp.api.urls")),
]

handler500 = "webapp.home.errors.server_error"
