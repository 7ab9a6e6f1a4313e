"""Migrations: they agree with the models, run from several processes at once, and go back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text

from heaters import migrations


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def test_the_migrated_schema_is_that_of_the_models(engine: Engine):
    migrations.upgrade(engine)
    assert migrations.differences(engine) is None


def test_many_processes_may_migrate_at_once(engine: Engine):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, [engine] * 4))
    assert migrations.differences(engine) is None


def test_migrations_go_back_to_nothing(engine: Engine):
    migrations.upgrade(engine)
    with engine.begin() as connection:
        command.downgrade(migrations._config(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    with engine.connect() as connection:
        query = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ours = f"{query} AND probin IS NULL AND prolang <> 13 AND prolang <> 12"
        assert connection.scalars(text(ours)).all() == []
    migrations.upgrade(engine)
    assert migrations.differences(engine) is None
