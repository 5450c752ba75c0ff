"""``Idempotency-Key``: a POST that is sent again, because its answer got lost, is answered and not done again."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from webapp.grace import GRACE
from webapp.http.problems import Problem
from webapp.http.strict_json import write
from webapp.idempotency.models import KeyedRequest

KEPT = timedelta(days=1)
Answer = tuple[int, Any]


def once(request: HttpRequest, user: AbstractBaseUser, action: Callable[[], Answer]) -> Answer:
    """Status and body of ``action``, done at most once for the request's key. Whatever it raises
    leaves the key free.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return action()
    content = f"{request.method} {request.path}\n".encode() + request.body
    return once_for(user, key, content, action)


def once_for(user: AbstractBaseUser, key: str, content: bytes, action: Callable[[], Answer]) -> Answer:
    """The same for a request of which ``content`` is everything that matters."""
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Problem(
            400, _("An Idempotency-Key has 1 to 255 printable ASCII characters. A random UUID is a good one.")
        )
    fingerprint = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        # One who sends the same key meanwhile waits here until this transaction has ended.
        row = KeyedRequest(owner_id=user.pk, key=key, fingerprint=fingerprint)
        KeyedRequest.objects.bulk_create([row], ignore_conflicts=True)
        stored = KeyedRequest.objects.select_for_update().get(owner_id=user.pk, key=key)
        if stored.fingerprint != fingerprint:
            raise Problem(422, _("This Idempotency-Key was used for another request. Take a new one."))
        if stored.status is not None:
            return stored.status, stored.body
        status, body = action()
        KeyedRequest.objects.filter(pk=stored.pk).update(status=status, body=json.loads(write(body)))
    return status, body


def forget() -> int:
    """Remove keys of more than a day ago. Returns how many."""
    return KeyedRequest.objects.filter(created__lt=Now() - KEPT - GRACE).delete()[0]
