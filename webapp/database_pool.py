"""The database connection that a request has from the pool."""

from django.db import connection


def give_back() -> None:
    """Before an answer that flows for as long as its reader takes: twenty slow readers would leave
    no page a connection.

    Whoever asks the database again gets another. Within a transaction it stays.
    """
    if not connection.in_atomic_block:
        connection.close()
