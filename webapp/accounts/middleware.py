"""Signed-in only: a view is closed unless it is marked with Django's ``login_not_required``."""

from django.contrib.auth.middleware import LoginRequiredMiddleware


class SignedInOnlyMiddleware(LoginRequiredMiddleware):
    pass
