"""Libraries made by earlier versions go on under this one: rows, files, history and what was due.

Each archive in ``libraries/`` is named by the schema that it has. It holds ``rows.json``, the rows
of every table as JSON, and ``objects/``, the folder store. ``scripts/make_library.py`` made it with
the code of its version: three videos through its pipeline and one address, with clips in every
state that a stopped installation has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text

from heaters import migrations
from heaters.domain.lifecycle import ClipState
from heaters.models import LOCAL_REVIEWER_ID
from heaters.services.installation import StoreRefused, adopt_store, claim_store
from heaters.services.undoing import redo, undo
from tests.support.library import Library, open_library

Rows = dict[str, list[dict[str, Any]]]

ARCHIVES = sorted((Path(__file__).parent / "libraries").glob("*.tar.xz"))
# A table comes after those that its rows refer to.
TABLES = (
    "reviewers", "videos", "clip_groups", "clips", "actions", "artifacts", "embeddings", "checks",
)  # fmt: skip


def _insert(connection: Connection, rows: Rows) -> None:
    assert set(rows) == set(TABLES)
    connection.execute(text("DELETE FROM reviewers"))  # the migration's own; the archive has it
    for table in TABLES:
        connection.execute(
            text(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"
                f" SELECT row.* FROM jsonb_populate_recordset(NULL::{table}, :rows) AS row"
            ),
            {"rows": json.dumps(rows[table])},
        )
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        )


def _read(connection: Connection, table: str) -> list[dict[str, Any]]:
    return list(connection.scalars(text(f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY id")))


@pytest.fixture(params=ARCHIVES, ids=lambda archive: archive.name.partition(".")[0])
def old(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, redis_url: str
) -> Iterator[tuple[Library, Rows]]:
    """A library of an earlier version, brought to this one, and the rows that it had."""
    revision = request.param.name.partition(".")[0]
    data_dir = tmp_path / "data"
    with tarfile.open(request.param) as archive:
        archive.extractall(data_dir, filter="data")
    rows: Rows = json.loads((data_dir / "rows.json").read_text())
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), revision)
        _insert(connection, rows)
    engine.dispose()
    with open_library(data_dir, database_url, redis_url) as library:
        yield library, rows


def test_there_is_a_library_of_an_earlier_version() -> None:
    assert ARCHIVES


# Columns that a migration replaced, and how their values are found in what came of them.
REPLACED = {("videos", "warning"): lambda row: " ".join(one["text"] for one in row["warnings"])}


def was(table: str, column: str, row: dict[str, Any]) -> object:
    """Return what the column said in the version that had it."""
    if column in row:
        return row[column]
    return REPLACED[table, column](row) or None


def carried(table: str, before: Rows, after: Rows) -> list[dict[str, Any]]:
    """Return what has come of the table's rows, in the columns that it had."""
    return [
        {column: was(table, column, now) for column in then}
        for then, now in zip(before[table], after[table], strict=True)
    ]


def test_every_row_is_carried_over(old: tuple[Library, Rows]) -> None:
    library, before = old
    with library.runtime.database.unit_of_work() as uow:
        after = {table: _read(uow.session.connection(), table) for table in TABLES}
    for table in TABLES:
        assert carried(table, before, after) == before[table], table


def test_a_library_is_taken_back_to_its_version_and_brought_up_again(
    old: tuple[Library, Rows], request: pytest.FixtureRequest
) -> None:
    library, before = old
    archive: Path = request.node.callspec.params["old"]
    runtime = library.runtime
    assert runtime.store.read_marker() is not None
    told = "UPDATE videos SET warnings = :warnings WHERE id = 2"
    warnings = [{"code": "other", "text": "First."}, {"code": "other", "text": "Second."}]
    with runtime.database.engine.begin() as connection:
        connection.execute(text(told), {"warnings": json.dumps(warnings)})
    expected = {
        **before,
        "videos": [
            row | ({"warning": "First. Second."} if row["id"] == 2 else {})
            for row in before["videos"]
        ],
    }
    with runtime.database.engine.begin() as connection:
        command.downgrade(migrations._config(connection), archive.name.partition(".")[0])
        assert {table: _read(connection, table) for table in TABLES} == expected
    migrations.upgrade(runtime.database.engine)
    with runtime.database.unit_of_work() as uow:
        after = {table: _read(uow.session.connection(), table) for table in TABLES}
    for table in TABLES:
        assert carried(table, expected, after) == expected[table], table
    with pytest.raises(StoreRefused, match=r"an earlier version; `heaters adopt` makes it"):
        claim_store(runtime.database, runtime.store)
    adopt_store(runtime.database, runtime.store)
    claim_store(runtime.database, runtime.store)


def test_the_check_finds_nothing_wrong(old: tuple[Library, Rows]) -> None:
    library, _ = old
    runtime = library.runtime
    environment = {name: value for name, value in os.environ.items() if "HEATERS" not in name} | {
        "HEATERS_DATA_DIR": str(runtime.settings.data_dir),
        "HEATERS_DATABASE_URL": runtime.database_url,
        "HEATERS_REDIS_URL": runtime.redis_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "heaters", "check", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_undo_still_brings_back_what_was_done_before(old: tuple[Library, Rows]) -> None:
    library, before = old
    skipped = next(row["id"] for row in before["clips"] if row["state"] == "review_skipped")
    undone = 0
    while library.clip(skipped).state == ClipState.REVIEW_SKIPPED:
        with library.runtime.database.unit_of_work() as uow:
            undo(uow, reviewer_id=LOCAL_REVIEWER_ID, video_id=1)
        undone += 1
    assert library.clip(skipped).state == ClipState.EMBEDDED, "its files are not collected yet"
    for _ in range(undone):
        with library.runtime.database.unit_of_work() as uow:
            redo(uow, reviewer_id=LOCAL_REVIEWER_ID, video_id=1)
    assert library.clip(skipped).state == ClipState.REVIEW_SKIPPED


def test_a_worker_goes_on_where_the_earlier_one_was_stopped(old: tuple[Library, Rows]) -> None:
    library, before = old
    due = [r["id"] for r in before["clips"] if r["state"] in ("review_approved", "exporting")]
    assert len(due) > 1
    with library.worker():
        library.wait_for(lambda: all(library.clip(i).state == ClipState.EMBEDDED for i in due))
