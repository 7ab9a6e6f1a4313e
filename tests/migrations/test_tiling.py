"""Whatever plain SQL does to clips, a transaction that leaves them untiled does not commit."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection, errors
from sqlalchemy.engine import make_url

from heaters.migrations import upgrade
from heaters.repositories.database import Database
from tests.support.servers import RunningServers, drop_database, fresh_database

INSERT = (
    "INSERT INTO clips (video_id, start_frame, end_frame, state, created_at)"
    " VALUES (%s, %s, %s, %s, now()) RETURNING id"
)


@pytest.fixture(scope="module")
def migrated_url(servers: RunningServers) -> Iterator[str]:
    url = fresh_database(servers)
    database = Database(url)
    upgrade(database.engine)
    database.close()
    yield url
    drop_database(servers, url)


@pytest.fixture
def dsn(migrated_url: str) -> str:
    return make_url(migrated_url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def connection(dsn: str) -> Iterator[Connection]:
    with psycopg.connect(dsn) as connection:
        yield connection
        connection.rollback()


def add_video(connection: Connection, frame_count: int | None, state: str = "ready") -> int:
    query = (
        "INSERT INTO videos (title, source, state, fps_num, fps_den, frame_count, width, height,"
        " created_at) VALUES ('film', 'film.mp4', %s, 25, 1, %s, 1, 1, now()) RETURNING id"
    )
    [video_id] = connection.execute(query, [state, frame_count]).fetchone() or [0]
    return video_id


def add_clip(
    connection: Connection, video_id: int, start: int, end: int, state: str = "pending_review"
) -> int:
    [clip_id] = connection.execute(INSERT, [video_id, start, end, state]).fetchone() or [0]
    return clip_id


@pytest.fixture
def video(connection: Connection) -> dict[str, int]:
    """A committed video of 100 frames, cut at 40 and 60: its ids by name."""
    video_id = add_video(connection, 100)
    ids = {"video": video_id}
    for name, start, end in (("a", 0, 40), ("b", 40, 60), ("c", 60, 100)):
        ids[name] = add_clip(connection, video_id, start, end)
    ids["old"] = add_clip(connection, video_id, 0, 50, "superseded")
    ids["other"] = add_video(connection, 100)
    ids["d"] = add_clip(connection, ids["other"], 0, 100)
    connection.commit()
    return ids


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param("DELETE FROM clips WHERE id = %(a)s", id="first clip deleted"),
        pytest.param("DELETE FROM clips WHERE id = %(b)s", id="inner clip deleted"),
        pytest.param("DELETE FROM clips WHERE id = %(c)s", id="last clip deleted"),
        pytest.param("DELETE FROM clips WHERE video_id = %(video)s", id="all clips deleted"),
        pytest.param("UPDATE clips SET state = 'superseded' WHERE id = %(b)s", id="superseded"),
        pytest.param("UPDATE clips SET state = 'pending_review' WHERE id = %(old)s", id="revived"),
        pytest.param("UPDATE clips SET start_frame = 1 WHERE id = %(a)s", id="first begins late"),
        pytest.param("UPDATE clips SET start_frame = 41 WHERE id = %(b)s", id="shrunk at start"),
        pytest.param("UPDATE clips SET end_frame = 59 WHERE id = %(b)s", id="shrunk at end"),
        pytest.param("UPDATE clips SET end_frame = 99 WHERE id = %(c)s", id="last ends early"),
        pytest.param("UPDATE clips SET end_frame = 101 WHERE id = %(c)s", id="last ends late"),
        pytest.param("UPDATE clips SET start_frame = 39 WHERE id = %(b)s", id="overlap at start"),
        pytest.param("UPDATE clips SET end_frame = 61 WHERE id = %(b)s", id="overlap at end"),
        pytest.param(
            "UPDATE clips SET start_frame = start_frame + 1, end_frame = end_frame + 1"
            " WHERE id = %(c)s",
            id="shifted",
        ),
        pytest.param("UPDATE clips SET video_id = %(other)s WHERE id = %(b)s", id="given away"),
        pytest.param("UPDATE videos SET frame_count = 99 WHERE id = %(video)s", id="fewer frames"),
        pytest.param("UPDATE videos SET frame_count = 60 WHERE id = %(video)s", id="a clip less"),
        pytest.param("UPDATE videos SET frame_count = 101 WHERE id = %(video)s", id="more frames"),
        pytest.param(
            "UPDATE videos SET frame_count = NULL, state = 'downloaded' WHERE id = %(video)s",
            id="no frame count",
        ),
        pytest.param(
            "INSERT INTO clips (video_id, start_frame, end_frame, state, created_at)"
            " VALUES (%(video)s, 10, 20, 'pending_review', now())",
            id="overlap inserted",
        ),
        pytest.param(
            "INSERT INTO clips (video_id, start_frame, end_frame, state, created_at)"
            " VALUES (%(video)s, 100, 120, 'pending_review', now())",
            id="clip after the end",
        ),
        pytest.param(
            "INSERT INTO clips (video_id, start_frame, end_frame, state, created_at)"
            " VALUES (%(video)s, 20, 20, 'superseded', now())",
            id="empty clip",
        ),
        pytest.param(
            "WITH gone AS (UPDATE clips SET state = 'superseded' WHERE id = %(b)s)"
            " UPDATE clips SET end_frame = 41 WHERE id = %(a)s",
            id="neighbour does not reach",
        ),
        pytest.param("TRUNCATE clips CASCADE", id="truncated"),
    ],
)
def test_an_attack_on_the_tiling_is_refused(
    connection: Connection, video: dict[str, int], attack: str
):
    def look() -> list[tuple[object, ...]]:
        query = "SELECT * FROM clips WHERE video_id IN (%(video)s, %(other)s) ORDER BY id"
        return connection.execute(query, video).fetchall()

    before = look()
    with pytest.raises(
        (errors.CheckViolation, errors.ExclusionViolation, errors.InsufficientPrivilege)
    ):
        connection.execute(attack.encode(), video)
        connection.commit()
    connection.rollback()
    assert look() == before


@pytest.mark.parametrize(
    "ranges",
    [
        pytest.param([], id="none"),
        pytest.param([(0, 99)], id="end missing"),
        pytest.param([(1, 100)], id="start missing"),
        pytest.param([(0, 40), (41, 100)], id="hole"),
        pytest.param([(0, 101)], id="too long"),
        pytest.param([(0, 100), (100, 101)], id="one too many"),
    ],
)
def test_a_video_does_not_become_ready_untiled(
    connection: Connection, ranges: list[tuple[int, int]]
):
    video_id = add_video(connection, 100, "detecting_scenes")
    for start, end in ranges:
        add_clip(connection, video_id, start, end)
    connection.execute("UPDATE videos SET state = 'ready' WHERE id = %s", [video_id])
    with pytest.raises(errors.CheckViolation):
        connection.commit()


def test_half_made_clips_are_refused_before_the_video_is_ready(connection: Connection):
    video_id = add_video(connection, 100, "detecting_scenes")
    connection.commit()
    add_clip(connection, video_id, 50, 100)
    with pytest.raises(errors.CheckViolation, match="frame 49"):
        connection.commit()


def test_gaps_are_accepted_until_the_transaction_ends(
    connection: Connection, video: dict[str, int]
):
    connection.execute("DELETE FROM clips WHERE id = %(b)s", video)
    connection.execute("UPDATE clips SET end_frame = 30 WHERE id = %(a)s", video)
    connection.execute("UPDATE clips SET end_frame = 70, start_frame = 30 WHERE id = %(c)s", video)
    add_clip(connection, video["video"], 70, 90)
    connection.execute("UPDATE videos SET frame_count = 90 WHERE id = %(video)s", video)
    connection.commit()


def test_a_clip_may_come_and_go_within_one_transaction(
    connection: Connection, video: dict[str, int]
):
    connection.execute("UPDATE clips SET state = 'superseded' WHERE id = %(b)s", video)
    passing = add_clip(connection, video["video"], 45, 55)
    connection.execute("UPDATE clips SET state = 'superseded' WHERE id = %s", [passing])
    add_clip(connection, video["video"], 40, 60)
    connection.commit()


def test_a_video_is_deleted_with_its_clips(connection: Connection, video: dict[str, int]):
    connection.execute("DELETE FROM clips WHERE video_id = %(video)s", video)
    connection.execute("DELETE FROM videos WHERE id = %(video)s", video)
    connection.commit()


@pytest.mark.parametrize("level", psycopg.IsolationLevel)
def test_two_retilings_at_once_leave_a_tiling_at_every_isolation_level(
    dsn: str, connection: Connection, video: dict[str, int], level: psycopg.IsolationLevel
):
    """Each is right by what it sees, and neither sees the other."""
    refused = 0
    with psycopg.connect(dsn) as one, psycopg.connect(dsn) as two:
        for session, clip, cut, start, end in ((one, "a", 20, 0, 40), (two, "b", 50, 40, 60)):
            session.isolation_level = level
            session.execute("UPDATE clips SET state = 'superseded' WHERE id = %s", [video[clip]])
            add_clip(session, video["video"], start, cut)
            add_clip(session, video["video"], cut, end)
        for session in (one, two):
            try:
                session.commit()
            except errors.SerializationFailure:
                refused += 1
    query = "SELECT start_frame FROM clips WHERE video_id = %s AND state <> 'superseded' ORDER BY 1"
    starts = [start for (start,) in connection.execute(query, [video["video"]])]
    assert starts == [0, 20, 40, 50, 60] if not refused else [0, 20, 40, 60]
    assert refused == 0 or level is psycopg.IsolationLevel.SERIALIZABLE


@pytest.mark.parametrize(
    "attack",
    ["UPDATE actions SET reason = 'other'", "DELETE FROM actions", "TRUNCATE actions CASCADE"],
)
def test_the_audit_trail_is_append_only(connection: Connection, attack: str):
    with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
        connection.execute(attack.encode())


def test_a_change_is_announced_if_and_only_if_it_is_committed(
    dsn: str, connection: Connection, video: dict[str, int]
):
    with psycopg.connect(dsn, autocommit=True) as listener:
        listener.execute("LISTEN heaters")
        connection.execute("UPDATE clips SET notes = 'x' WHERE id = %(a)s", video)
        connection.rollback()
        connection.execute("UPDATE clips SET notes = 'y' WHERE id IN (%(a)s, %(d)s)", video)
        connection.execute("UPDATE videos SET title = 'y' WHERE id = %(video)s", video)
        connection.commit()
        heard = [note.payload for note in listener.notifies(timeout=5, stop_after=2)]
    assert sorted(heard) == sorted([f"video:{video['video']}", f"video:{video['other']}"])
