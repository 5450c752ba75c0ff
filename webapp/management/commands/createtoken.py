"""Print an API token for headless use."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from webapp.accounts import people, tokens
from webapp.accounts.models import User
from webapp.management import reachable


class Command(BaseCommand):
    help = "Make the user NAME if there is none, and print a new API token alone on the last line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        with reachable.database():
            user, is_new = _get_or_make(name)
            _, secret = tokens.create(user, "command line")
        if is_new:
            self.stdout.write(f"Made the user {user.username}.")
        self.stdout.write("Send this token as “Authorization: Bearer …”. It is shown only now:")
        self.stdout.write(secret)


def _get_or_make(name: str) -> tuple[User, bool]:
    try:
        return people.get_or_make(name)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
