from django.urls import path

from webapp.model_versions import views

app_name = "models"
urlpatterns = [path("", views.index, name="index")]
