from django.urls import path

from webapp.home import views

urlpatterns = [path("", views.home, name="home"), path("working/", views.working, name="working")]
