"""A form that is sent more than once."""

import hashlib
import json

from django.http import HttpRequest


def key(request: HttpRequest) -> str | None:
    """What makes a form that is pressed twice one run; another after "Back" and a change, which is meant as another run."""
    if not request.POST.get("key"):
        return None
    content = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return hashlib.sha256(json.dumps([request.path, content]).encode()).hexdigest()
