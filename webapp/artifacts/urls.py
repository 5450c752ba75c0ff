from django.urls import path

from webapp.artifacts import views

app_name = "models"
urlpatterns = [path("", views.index, name="index")]
