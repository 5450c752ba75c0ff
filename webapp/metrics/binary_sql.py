"""Statements that carry much binary data: sent and received as bytes, planned once per connection.

Django's own cursors put parameters into the statement as text, which doubles every byte of a body.
"""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection


def execute(statement: LiteralString, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run ``statement`` in the current transaction of Django's connection; its rows, if it has any.
    Raises Django's errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=True, binary=True)
        return cursor.fetchall() if cursor.description else []
