"""What is remembered of requests that may be sent again."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class KeyedRequest(models.Model):
    """A request that came with an ``Idempotency-Key`` and what it was answered; the same key gets the same answer."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_request_per_key")]
