"""What a person waits for reads a few rows of the audit trail, however long that is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from heaters.repositories.actions import ActionRepository
from heaters.repositories.database import UnitOfWork
from tests.support.desk import Desk
from tests.support.large import Large, seed
from tests.support.plans import assert_quick, explained, rows_read
from tests.support.reads import reads_of
from tests.support.servers import RunningServers, drop_database, fresh_database

VIDEOS, ACTIONS = 400, 100
ME = 1

# Each video has ACTIONS actions: every fifth is an undo of the one before it.
SEED = f"""
    INSERT INTO videos (title, source, state, created_at)
        SELECT 'film', 'film.mp4', 'new', now() FROM generate_series(1, {VIDEOS});
    INSERT INTO actions (video_id, revision, reviewer_id, kind, reverses_id, created_at, changes)
        SELECT video, revision, {ME}, CASE revision % 5 WHEN 0 THEN 'undo' ELSE 'skip' END,
            CASE revision % 5 WHEN 0 THEN (video - 1) * {ACTIONS} + revision - 1 END, now(),
            '[{{"clip_id": 1, "start_frame": 0, "end_frame": 9}}]'
        FROM generate_series(1, {VIDEOS}) AS video, generate_series(1, {ACTIONS}) AS revision
        ORDER BY video, revision;
    INSERT INTO reviewers (name, created_at) VALUES ('someone', now());
    ANALYZE;
"""


@pytest.fixture(scope="module")
def long_trail(servers: RunningServers) -> Iterator[Desk]:
    """A database with many videos and a long audit trail, all by one reviewer."""
    url = fresh_database(servers)
    desk = Desk(url)
    with desk.database.engine.begin() as connection:
        connection.execute(text(SEED))
    with desk.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM actions"))
    yield desk
    desk.database.close()
    drop_database(servers, url)


@pytest.mark.parametrize("video_id", [None, 1, VIDEOS // 2, VIDEOS, VIDEOS + 1])
@pytest.mark.parametrize("reviewer_id", [ME, ME + 1])
def test_undo_and_redo_find_their_action_at_once(
    long_trail: Desk, reviewer_id: int, video_id: int | None
):
    def look(uow: UnitOfWork) -> None:
        actions = ActionRepository(uow.session)
        with explained(uow.session) as plans:
            found = actions.last_undoable(reviewer_id, video_id)
            actions.last_redoable(reviewer_id, video_id)
        assert (found is None) == (reviewer_id != ME or video_id == VIDEOS + 1)
        assert_quick(plans, rows=10, pages=40)

    long_trail.act(look)


@pytest.mark.parametrize("before_revision", [ACTIONS + 1, 50])
def test_the_history_reads_what_it_shows(long_trail: Desk, before_revision: int):
    def look(uow: UnitOfWork) -> None:
        with explained(uow.session) as plans:
            entries = ActionRepository(uow.session).history(
                7, limit=20, before_revision=before_revision
            )
        assert [entry.revision for entry in entries] == [
            before_revision - 1 - number for number in range(20)
        ]
        assert_quick(plans, rows=400, pages=800)

    long_trail.act(look)


def test_an_entry_of_the_history_reads_its_own_chain(long_trail: Desk):
    def look(uow: UnitOfWork) -> None:
        with explained(uow.session) as plans:
            entry = ActionRepository(uow.session).entry(ACTIONS)
        assert (entry.kind, entry.about_kind, entry.clip_count) == ("undo", "skip", 1)
        assert_quick(plans, rows=12, pages=50)

    long_trail.act(look)


LARGE = Large(400)
# Of a table of this size a hundred entries of the history, and what a search may find, are so large
# a part that going through all is quicker; benchmarks/size.py measures both.
READS = {
    name: read
    for name, read in reads_of(LARGE).items()
    if not name.startswith(("history", "similar"))
}
LIBRARY_PAGE_CLIPS = 6000


@pytest.fixture(scope="module")
def large_library(servers: RunningServers) -> Iterator[Desk]:
    """A library of 400 videos, 40,000 clips and as many actions."""
    url = fresh_database(servers)
    desk = Desk(url)
    superuser_dsn = servers.superuser_dsn(make_url(url).database or "")
    seed(superuser_dsn, LARGE.videos, embedded_videos=4)
    yield desk
    desk.database.close()
    drop_database(servers, url)


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", READS)
def test_what_a_person_waits_for_reads_little_of_a_large_library(
    large_library: Desk, name: str, plans: str
):
    """A statement that a connection has carried out a few times gets a plan for any values."""

    def look(uow: UnitOfWork) -> None:
        with rows_read(uow.session, plans=plans) as tables:
            READS[name](uow)
        scanned = {table for table, rows in tables.items() if rows.scanned}
        assert not scanned & {"clips", "actions", "artifacts"}
        most = LIBRARY_PAGE_CLIPS + 500 if name.startswith("library") else 3500
        assert sum(rows.count for rows in tables.values()) <= most, tables

    large_library.act(look)


def test_a_large_library_is_sound(large_library: Desk):
    large_library.assert_sound()
