from django.urls import path

from webapp.datasets import correcting, views

app_name = "datasets"
urlpatterns = [
    path("", views.index, name="index"),
    path("deleted/", views.deleted, name="deleted"),
    path("samples/<slug:name>/", views.take_sample, name="sample"),
    path("<uuid:dataset_id>/", views.detail, name="detail"),
    path("<uuid:dataset_id>/rename/", views.rename, name="rename"),
    path("<uuid:dataset_id>/versions/", views.add_version, name="add_version"),
    path("<uuid:dataset_id>/corrections/", correcting.propose, name="propose"),
    path("<uuid:dataset_id>/corrections/<uuid:proposal_id>/", correcting.correction, name="correction"),
    path("<uuid:dataset_id>/corrections/<uuid:proposal_id>/keep/", correcting.keep, name="keep_correction"),
    path("<uuid:dataset_id>/corrections/<uuid:proposal_id>/discard/", correcting.discard, name="discard_correction"),
    path("<uuid:dataset_id>/delete/", views.delete, name="delete"),
    path("<uuid:dataset_id>/restore/", views.restore, name="restore"),
    path("<uuid:dataset_id>/thumbnails/<int:number>.png", views.thumbnails, name="thumbnails"),
    path("<uuid:dataset_id>/left-out/<int:number>.csv", views.left_out, name="left_out"),
]
