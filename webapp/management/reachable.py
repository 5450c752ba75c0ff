"""For commands that ask the database: what to do where it is not there."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import OperationalError, ProgrammingError


@contextmanager
def database() -> Iterator[None]:
    """Raises CommandError with what to do when the database does not answer or has no tables."""
    try:
        yield
    except OperationalError as error:
        raise CommandError(
            f"The database does not answer. Start Trainyard first: make run. ({str(error).splitlines()[0]})"
        ) from None
    except ProgrammingError as error:
        raise CommandError(
            f"The database is not set up. Run once: manage.py migrate. ({str(error).splitlines()[0]})"
        ) from None
