"""The index of each model's vectors: one a model, whatever its name, however many processes ask."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import text

from heaters import migrations
from heaters.repositories.database import Database
from heaters.repositories.embeddings import EmbeddingRepository, index_name

LONG = "clip:" + "a-folder-of-models-" * 4
TWINS = (f"{LONG}-11111111", f"{LONG}-22222222")  # alike in their first 80 letters


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade(opened.engine)
    yield opened
    opened.close()


def indexes(database: Database) -> dict[str, str]:
    query = text("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'hnsw%'")
    with database.unit_of_work() as uow:
        rows = uow.session.connection().execute(query)
        return {row.indexname: row.indexdef for row in rows}


def test_models_whose_names_begin_alike_have_an_index_each(database: Database) -> None:
    for model in TWINS:
        with database.unit_of_work() as uow:
            EmbeddingRepository(uow.session).ensure_index(model=model, dim=8)
    found = indexes(database)
    assert set(found) == {index_name(model) for model in TWINS}
    assert all(model in found[index_name(model)] for model in TWINS)


def test_processes_that_make_the_index_at_once_make_one(database: Database) -> None:
    def make(_number: int) -> None:
        with database.unit_of_work() as uow:
            EmbeddingRepository(uow.session).ensure_index(model="test", dim=8)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(8)))
    assert set(indexes(database)) == {index_name("test")}


def test_an_index_of_the_version_before_keeps_its_rows_under_its_new_name(
    database_url: str,
) -> None:
    database = Database(database_url)
    with database.engine.begin() as connection:
        config = migrations._config(connection)
        command.upgrade(config, "0008")
        connection.execute(
            text(
                'CREATE INDEX "hnsw_efficientnet_lite0" ON embeddings USING hnsw'
                " ((vector::halfvec(8)) halfvec_cosine_ops) WHERE model = 'efficientnet-lite0'"
            )
        )
        command.upgrade(config, "0009")
    assert set(indexes(database)) == {index_name("efficientnet-lite0")}
    with database.engine.begin() as connection:
        command.downgrade(migrations._config(connection), "0008")
    assert set(indexes(database)) == {"hnsw_efficientnet_lite0"}
    database.close()
