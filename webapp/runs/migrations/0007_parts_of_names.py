"""An index for searching by a part of a name, where the database has the extension and lets us make it: the search
works without, by reading all names.
"""

from django.db import DatabaseError, migrations, transaction
from psycopg import errors

EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
INDEX = "CREATE INDEX run_name_parts ON runs_run USING gin (upper(name::text) gin_trgm_ops)"
# What a database says that has no such extension, or lets only its owner make one.
LACKS = (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFile, errors.UndefinedObject)


def make(apps, schema_editor):
    try:
        with transaction.atomic(using=schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
            cursor.execute(EXTENSION)
            cursor.execute(INDEX)
    except DatabaseError as error:
        if not isinstance(error.__cause__, LACKS):
            raise


def remove(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS run_name_parts")


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0006_awaits_data"),
    ]

    operations = [
        migrations.RunPython(make, remove),
    ]
