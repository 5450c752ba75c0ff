"""What must happen at once when a person's rights change: whatever is open looks whether it still may be.

Whoever deletes a session or changes a person through the models is covered by the signals; `changed` is for
the conditional updates, which send none. What is lost, or done in SQL, is found by those that look every
few seconds anyway.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from webapp import nudge
from webapp.accounts.models import ApiToken, User

# Fields of a person by which sessions and tokens stand or fall.
DECIDING = {"password", "is_active", "session_generation"}


def changed(user_id: UUID) -> None:
    """Once this transaction is committed, everything that this person has open looks again."""
    transaction.on_commit(lambda: nudge.call(nudge.person_group(user_id), "person.changed"))


@receiver(post_save, sender=User)
def _person_saved(instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or DECIDING & set(update_fields)):
        changed(instance.pk)


@receiver(post_delete, sender=User)
def _person_deleted(instance: User, **_: Any) -> None:
    changed(instance.pk)


@receiver(post_delete, sender=ApiToken)
def _token_deleted(instance: ApiToken, **_: Any) -> None:
    changed(instance.owner_id)


@receiver(post_delete, sender=Session)
def _session_deleted(instance: Session, **_: Any) -> None:
    """A sign-out, or a session that got a new key; not a model's signal of its own, which comes before the
    session is gone."""
    if person := instance.get_decoded().get(SESSION_KEY):
        changed(person)
