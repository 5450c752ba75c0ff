"""Print a link that signs in once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from webapp.accounts import links
from webapp.accounts.models import User
from webapp.management import reachable


class Command(BaseCommand):
    help = "Print a link that signs in once, within 15 minutes: the user NAME, or whoever set this server up."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", nargs="?")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        with reachable.database():
            self.stdout.write(links.new_link(_user(name) if name else None))


def _user(name: str) -> User:
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist:
        raise CommandError(f"There is no user {name}. `manage.py createtoken {name}` makes one.") from None
