from django.urls import path

from webapp.metrics import views

app_name = "metrics"
urlpatterns = [
    path("<uuid:run_id>/window", views.window_of, name="window"),
    path("<uuid:run_id>/metrics.csv", views.as_csv, name="csv"),
]
