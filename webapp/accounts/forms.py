"""The forms of signing in and of the account page."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import User


def _rules() -> str:
    return " ".join(password_validators_help_texts())


_rules_when_shown = lazy(_rules, str)


def _password(label: Any, kind: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=1024, help_text=help_text)


class SignInForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = _password(_("Password"), "current-password")


class FirstUseForm(forms.Form):
    """Name and password, chosen at the first sign-in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
        help_text=_("Letters, digits and @ . + - _"),
    )
    password = _password(_("Password"), "new-password", _rules_when_shown())
    again = _password(_("Password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        return _same(self, super().clean() or {}, "password", "again")


class PasswordForm(forms.Form):
    """Changes the password of who knows the present one."""

    old = _password(_("Present password"), "current-password")
    new = _password(_("New password"), "new-password", _rules_when_shown())
    again = _password(_("New password again"), "new-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError(_("This is not your present password."))
        return str(self.cleaned_data["old"])

    def clean(self) -> dict[str, Any]:
        return _same(self, super().clean() or {}, "new", "again")


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Where it is used, for example: laptop"))


def _same(form: forms.Form, data: dict[str, Any], first: str, second: str) -> dict[str, Any]:
    if first in data and second in data and data[first] != data[second]:
        form.add_error(second, _("The two passwords differ; type the same one twice."))
    return data
