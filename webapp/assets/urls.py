from django.urls import path

from webapp.assets import views

app_name = "assets"
urlpatterns = [
    path("", views.index, name="index"),
    path("deleted/", views.deleted, name="deleted"),
    path("<uuid:asset_id>/", views.detail, name="detail"),
    path("<uuid:asset_id>/rename/", views.rename, name="rename"),
    path("<uuid:asset_id>/delete/", views.delete, name="delete"),
    path("<uuid:asset_id>/restore/", views.restore, name="restore"),
]
