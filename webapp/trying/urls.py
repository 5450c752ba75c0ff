from django.urls import path

from webapp.trying import views

app_name = "trying"
urlpatterns = [path("<uuid:run_id>/try/", views.panel, name="panel")]
