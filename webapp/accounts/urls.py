from django.urls import path

from webapp.accounts import views

app_name = "accounts"
urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("signin/<str:token>/", views.link, name="link"),
    path("signout/", views.signout, name="signout"),
    path("signout/everywhere/", views.signout_everywhere, name="signout_everywhere"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/tokens/", views.create_token, name="create_token"),
    path("account/tokens/<uuid:token>/revoke/", views.revoke_token, name="revoke_token"),
]
