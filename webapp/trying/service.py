"""Asking a model: the one way for pages and the API."""

from django.db import connection
from django.utils.translation import gettext as _
from pydantic import ValidationError

from trainer.trying import replies
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, Refusal
from webapp.accounts.models import User
from webapp.trying import exchange
from webapp.trying.exchange import Asked, TrialError
from webapp.trying.subjects import Subject
from webapp.workers.models import Worker
from webapp.workers.pages import ALIVE
from webapp.workers.queries import heard_of


def ask(person: User, subject: Subject, question: Question) -> Answer | Refusal:
    """What a worker answers. Raises TrialError where none does."""
    if not Worker.objects.filter(heard_of(ALIVE)).exists():
        raise TrialError(_("No worker is running that could answer. Start one, and try again."))
    asked = Asked(person.pk, subject.graph.artifact_id, question.packed())
    if not connection.in_atomic_block:
        connection.close()  # others may have it while this one waits
    try:
        return replies.parse(exchange.ask(asked))
    except ValidationError as error:
        raise TrialError(_("The worker is of another release than this server. Restart both.")) from error
