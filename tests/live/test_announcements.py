"""What is announced: every change that a page may show, and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, insert, make_url, select, update

from heaters import migrations
from heaters.live.listener import CHANNEL
from heaters.models import Clip, Video
from heaters.models.base import WorkFields

LEASE = {"lease_owner", "lease_until"}
NOW = datetime.now(UTC)


class Announced:
    """A migrated database with one video of two clips, and what it announces."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
        migrations.upgrade(self._engine)
        dsn = make_url(database_url).set(drivername="postgresql")
        self._listening = psycopg.connect(
            dsn.render_as_string(hide_password=False), autocommit=True
        )
        self._listening.execute(f"LISTEN {CHANNEL}")

    def after(self, *statements: Any) -> list[str]:
        """Return what is announced when the statements are committed together."""
        with self._engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)
            connection.exec_driver_sql(f"NOTIFY {CHANNEL}, 'end'")
        told = []
        for notice in self._listening.notifies():
            if notice.payload == "end":
                break
            told.append(notice.payload)
        return told

    def row(self, table: Any) -> Any:
        """Return the first row."""
        with self._engine.connect() as connection:
            return connection.execute(select(table).order_by(table.c.id)).first()

    def close(self) -> None:
        """Close the connections."""
        self._listening.close()
        self._engine.dispose()


VIDEOS, CLIPS = Video.__table__, Clip.__table__  # pyright: ignore[reportAttributeAccessIssue]


@pytest.fixture
def announced(database_url: str) -> Iterator[Announced]:
    announced = Announced(database_url)
    video = {"title": "a", "source": "a.mp4", "created_at": NOW, "state": "ready", "id": 7}
    shape = {"frame_count": 20, "fps_num": 25, "fps_den": 1, "width": 640, "height": 360}
    clip = {"video_id": 7, "created_at": NOW}
    assert announced.after(
        insert(VIDEOS).values(**video, **shape),
        insert(CLIPS).values(**clip, start_frame=0, end_frame=10),
        insert(CLIPS).values(**clip, start_frame=10, end_frame=20),
    ) == ["video:7"]
    yield announced
    announced.close()


CHANGES: dict[str, Any] = {
    "attempts": 3,
    "next_attempt_at": NOW,
    "progress": 0.5,
    "last_error": "the network is down",
    "title": "b",
    "source": "b.mp4",
    "fps_num": 30,
    "fps_den": 2,
    "width": 320,
    "height": 180,
    "has_audio": True,
    "detector": "content",
    "threshold": 27.0,
    "revision": 5,
    "created_at": NOW + timedelta(days=1),
    "notes": "a note",
    "tags": ["a tag"],
}
CHECKED_TOGETHER = {"id", "video_id", "start_frame", "end_frame", "frame_count", "group_id"}


@pytest.mark.parametrize("table", [VIDEOS, CLIPS], ids=["videos", "clips"])
def test_every_column_but_the_lease_is_announced(announced: Announced, table: Any) -> None:
    for column in [one.name for one in table.columns]:
        if column in LEASE | CHECKED_TOGETHER:
            continue
        if column == "state":
            value = "detect_failed" if table is VIDEOS else "review_skipped"
        elif column == "warnings":
            value = [{"code": "other", "text": "x"}]
        else:
            value = CHANGES.get(column, "0" * 64)
        first = table.c.id == announced.row(table).id
        changing = update(table).where(first).values({column: value})
        assert announced.after(changing) == ["video:7"], column
        assert announced.after(changing) == [], f"{column} is what it was"


@pytest.mark.parametrize("table", [VIDEOS, CLIPS], ids=["videos", "clips"])
def test_a_heartbeat_is_announced_to_nobody(announced: Announced, table: Any) -> None:
    assert set(WorkFields.model_fields) >= LEASE
    lease = {"lease_owner": uuid.uuid4(), "lease_until": NOW}
    assert announced.after(update(table).values(lease)) == []


def test_many_clips_of_a_video_are_announced_once(announced: Announced) -> None:
    assert announced.after(update(CLIPS).values(notes="x")) == ["video:7"]
