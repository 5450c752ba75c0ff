"""Runs are searched by a part of their name with an index, where the database lets us make one."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection

from tests.webapp.pages import make_dataset, make_run
from webapp.accounts.models import User
from webapp.runs import queries
from webapp.runs.queries import Filters

migration = import_module("webapp.runs.migrations.0007_parts_of_names")


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'runs_run'")
        return {name for (name,) in cursor.fetchall()}


def make_index() -> None:
    with connection.schema_editor(atomic=False) as editor:
        migration.make(apps, editor)


def test_a_part_of_a_name_is_looked_up_in_an_index(ada: User) -> None:
    run = make_run(make_dataset(ada), name="Ünder 50 % of_all")
    for number in range(3):
        make_run(run.dataset_version.dataset, name=f"Other {number}")  # type: ignore[union-attr]
    for text in ("Ünder", "50 %", "f_a", "NDER"):
        assert list(queries.page(ada, Filters(text=text)).runs) == [run], text
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = queries.listed().filter(name__icontains="nder").explain()
    assert "run_name_parts" in plan


def test_a_database_whose_owner_may_make_no_extension_goes_without(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("CREATE ROLE guest")
        cursor.execute("GRANT ALL ON SCHEMA public TO guest")
        cursor.execute("ALTER TABLE runs_run OWNER TO guest")
        cursor.execute("SET LOCAL ROLE guest")
    make_index()
    assert "run_name_parts" not in indexes()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    make_index()
    assert "run_name_parts" in indexes()


def test_a_database_without_the_extension_goes_without(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
    monkeypatch.setattr(migration, "EXTENSION", "CREATE EXTENSION IF NOT EXISTS pg_nowhere")
    make_index()
    assert "run_name_parts" not in indexes()


def test_what_else_goes_wrong_is_not_hidden(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "INDEX", "CREATE INDEX nothing")
    with pytest.raises(ProgrammingError):
        make_index()
