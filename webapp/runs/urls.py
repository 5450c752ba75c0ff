from django.urls import path

from webapp.runs import curves, following, preview_pages, starting, views
from webapp.runs.services import COMMANDS

app_name = "runs"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", starting.new, name="new"),
    path("new/preview/", starting.preview, name="preview"),
    path("new/json/", starting.from_json, name="from_json"),
    path("preparation/", preview_pages.start, name="preparation"),
    path("preparation/<uuid:run_id>/", preview_pages.show, name="preparation_of"),
    path("preparation/<uuid:run_id>/pictures.png", preview_pages.sheet, name="preparation_sheet"),
    path("<uuid:run_id>/", views.detail, name="detail"),
    path("<uuid:run_id>/status/", views.status, name="status"),
    path("<uuid:run_id>/outcome/", views.outcome, name="outcome"),
    path("<uuid:run_id>/samples.png", views.samples, name="samples"),
    path("<uuid:run_id>/log/", views.log, name="log"),
    path("<uuid:run_id>/window", curves.window_of, name="window"),
    path("<uuid:run_id>/metrics.csv", curves.as_csv, name="metrics_csv"),
    path("<uuid:run_id>/compress/", following.compress, name="compress"),
    path("<uuid:run_id>/formats/", following.formats, name="formats"),
    path("<uuid:run_id>/compress/check/", following.check, {"following": following.COMPRESSION}, name="check_compress"),
    path("<uuid:run_id>/formats/check/", following.check, {"following": following.EXPORTS}, name="check_formats"),
    path("<uuid:run_id>/clone/", starting.clone, name="clone"),
    path("<uuid:run_id>/retry/", views.retry, name="retry"),
    path("<uuid:run_id>/delete/", views.delete, name="delete"),
    *(path(f"<uuid:run_id>/{action}/", views.act, {"action": action}, name=action) for action in COMMANDS),
]
