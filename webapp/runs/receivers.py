"""What must happen to open websockets when a person signs out."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from webapp.accounts.models import User
from webapp.runs import nudge


@receiver(user_logged_out)
def look_again(user: User | None, **_: Any) -> None:
    """Sockets of this person ask at once whether they may stay open."""
    if user is not None:
        nudge.call(nudge.person_group(user.pk), "person.changed")
