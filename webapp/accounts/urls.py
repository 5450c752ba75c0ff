from django.http import HttpRequest, HttpResponse
from django.contrib.auth.decorators import login_not_required
from django.urls import path

app_name = "accounts"

@login_not_required
def stub(request: HttpRequest, token: str = "") -> HttpResponse:
    return HttpResponse("soon")

urlpatterns = [path("signin/", stub, name="signin"), path("signin/<str:token>/", stub, name="link")]
