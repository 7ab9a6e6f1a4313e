"""What the library holds, row by row for the command line, however large it is.

Plain rows of a driver's connection, fetched as they are read: a command that lists does not wait
for the ORM to load, and needs no more memory for a million clips than for ten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import psycopg
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from heaters.domain.errors import NotFound

_ROWS_A_FETCH = 2000
_VIDEOS_A_FETCH = 50  # with all their cuts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """A video, and its live clips: how many there are, and where each begins, in order."""

    id: int
    title: str
    state: str
    fps_num: int | None
    fps_den: int | None
    frame_count: int | None
    width: int | None
    height: int | None
    progress: float | None
    last_error: str | None
    warnings: Sequence[dict[str, str]]
    start_frames: Sequence[int]

    @property
    def fps(self) -> Fraction | None:
        """The proxy's rate in frames per second."""
        return _fps(self.fps_num, self.fps_den)


@dataclass(frozen=True, slots=True)
class ListedClip:
    """A clip, and the key of its exported file if it has one in use."""

    id: int
    video_id: int
    start_frame: int
    end_frame: int
    state: str
    last_error: str | None
    export_key: str | None


@dataclass(frozen=True, slots=True)
class ExportedClip:
    """A live clip that has an exported file, with what names the file among others."""

    id: int
    video_id: int
    title: str
    start_frame: int
    end_frame: int
    fps_num: int | None
    fps_den: int | None
    key: str

    @property
    def fps(self) -> Fraction | None:
        """The proxy's rate in frames per second."""
        return _fps(self.fps_num, self.fps_den)


_VIDEOS = SQL("""
    SELECT id, title, state, fps_num, fps_den, frame_count, width, height, progress, last_error,
        warnings, ARRAY(SELECT start_frame FROM clips
            WHERE video_id = videos.id AND clips.state <> 'superseded' ORDER BY start_frame
        ) AS start_frames
    FROM videos {which} ORDER BY {order}""")

_NEWEST_FIRST = _VIDEOS.format(which=SQL(""), order=SQL("id DESC"))
_THESE = _VIDEOS.format(
    which=SQL("WHERE id = ANY(%(ids)s)"), order=SQL("array_position(%(ids)s::integer[], id)")
)

_CLIPS = SQL("""
    SELECT clips.id, clips.video_id, start_frame, end_frame, state, last_error,
        key AS export_key
    FROM clips LEFT JOIN artifacts
        ON clip_id = clips.id AND kind = 'export' AND retired_at IS NULL
    WHERE {state} {video}
    ORDER BY clips.video_id, start_frame, clips.id""")

_EXPORTED = SQL("""
    SELECT clips.id, clips.video_id, title, start_frame, end_frame, fps_num, fps_den, key
    FROM clips JOIN videos ON videos.id = clips.video_id
        JOIN artifacts ON clip_id = clips.id AND kind = 'export' AND retired_at IS NULL
    WHERE clips.video_id = %(video_id)s AND clips.state <> 'superseded'
    ORDER BY start_frame""")


def videos(
    connection: psycopg.Connection, ids: Sequence[int] | None = None
) -> Iterator[ListedVideo]:
    """Go through all videos, the newest first, or through these in the given order."""
    if ids is None:
        return _rows(connection, ListedVideo, _NEWEST_FIRST, _VIDEOS_A_FETCH)
    return _rows(connection, ListedVideo, _THESE, _VIDEOS_A_FETCH, ids=list(ids))


def clips(
    connection: psycopg.Connection,
    *,
    video_id: int | None = None,
    states: Collection[str] | None = None,
) -> Iterator[ListedClip]:
    """Go through clips in timeline order: the live ones, or those in one of ``states``.

    Raises:
        NotFound: there is no video with this id.
    """
    if video_id is not None:
        _require_video(connection, video_id)
    query = _CLIPS.format(
        state=SQL("state <> 'superseded'" if states is None else "state = ANY(%(states)s::text[])"),
        video=SQL("" if video_id is None else "AND clips.video_id = %(video_id)s"),
    )
    return _rows(
        connection, ListedClip, query, _ROWS_A_FETCH, video_id=video_id, states=list(states or [])
    )


def installation_id(connection: psycopg.Connection) -> str:
    """Return the id of this database."""
    row = connection.execute("SELECT id FROM installations").fetchone()
    assert row is not None
    return str(row[0])


def video_ids(connection: psycopg.Connection, video_id: int | None = None) -> list[int]:
    """Return the id of every video, the oldest first, or this one's if there is such a video.

    Raises:
        NotFound: there is no video with this id.
    """
    if video_id is not None:
        _require_video(connection, video_id)
        return [video_id]
    return [row[0] for row in connection.execute("SELECT id FROM videos ORDER BY id")]


def exported_clips(connection: psycopg.Connection, video_id: int) -> list[ExportedClip]:
    """Return a video's live clips that have an exported file, in timeline order."""
    with connection.cursor(row_factory=class_row(ExportedClip)) as cursor:
        return cursor.execute(_EXPORTED, {"video_id": video_id}).fetchall()


def _require_video(connection: psycopg.Connection, video_id: int) -> None:
    if not connection.execute("SELECT FROM videos WHERE id = %s", [video_id]).fetchall():
        raise NotFound(f"there is no video {video_id}")


def _rows(
    connection: psycopg.Connection, kind: type[T], query: Composed, fetched: int, **values: object
) -> Iterator[T]:
    with connection.cursor("listing", row_factory=class_row(kind)) as cursor:
        cursor.itersize = fetched
        yield from cursor.execute(query, values)


def _fps(numerator: int | None, denominator: int | None) -> Fraction | None:
    return Fraction(numerator, denominator) if numerator and denominator else None
