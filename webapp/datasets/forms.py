"""The forms of data sets."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class UploadsField(forms.Field):
    """Identifiers of finished uploads, separated by commas, in the order of the files."""

    def to_python(self, value: object) -> list[UUID]:
        try:
            return [UUID(part.strip()) for part in str(value or "").split(",") if part.strip()]
        except ValueError:
            raise ValidationError(_("This is not the identifier of an upload.")) from None


class VersionForm(forms.Form):
    uploads = UploadsField()


class CreateForm(VersionForm):
    name = forms.CharField(required=False, max_length=200)


class RenameForm(forms.Form):
    name = forms.CharField(max_length=200)
