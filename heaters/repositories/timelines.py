"""What the cut engine locks and changes: one statement each, for one row as for ten thousand.

Plain SQL and small rows rather than mapped objects: a cut costs few times what its bare statements
do (``benchmarks/cuts.py``). Objects that the caller has loaded through the session keep what they
had; what the caller has changed through it is flushed first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from heaters.domain.errors import NotFound
from heaters.domain.history import ClipChange, ClipStatus
from heaters.domain.lifecycle import ClipState, VideoState
from heaters.domain.stages import without_job
from heaters.domain.timeline import FrameRange
from heaters.models import Action

_LOCK_VIDEO = text("""
    SELECT id, state, frame_count, revision FROM videos WHERE id = :video_id
    FOR NO KEY UPDATE""")

# The latest two that start by then, so that any plan reads two rows, whatever the statistics say.
_LOCK_CLIPS_AROUND = text("""
    SELECT id, start_frame, end_frame, state, group_id, revision, notes, tags
    FROM clips WHERE id IN (
        SELECT id FROM (
            SELECT id, end_frame FROM clips
            WHERE video_id = :video_id AND state <> 'superseded' AND start_frame <= :frame
            ORDER BY start_frame DESC LIMIT 2) AS latest
        WHERE end_frame >= :frame)
    ORDER BY start_frame FOR NO KEY UPDATE""")

_LOCK_LIVE_CLIPS = text("""
    SELECT id, start_frame, end_frame, state, group_id, revision, notes, tags
    FROM clips WHERE video_id = :video_id AND state <> 'superseded'
    ORDER BY start_frame FOR NO KEY UPDATE""")

_LOCK_CLIPS = text("""
    SELECT id, start_frame, end_frame, state, group_id, revision, notes, tags
    FROM clips WHERE id = ANY(:clip_ids)
    ORDER BY start_frame, id FOR NO KEY UPDATE""")

# One statement writes a whole action. The clips that leave come first, those that come back or are
# made need their place: the exclusion constraint is immediate, and each step asks for the count of
# the one before because PostgreSQL promises no other order. A clip whose state changes is no job's
# any more: without its lease the job ends and writes nothing.
_WRITE_ACTION = text("""
    WITH leaving AS (
        UPDATE clips SET state = new.state, group_id = new.group_id, revision = new.revision,
            attempts = 0, lease_owner = NULL, lease_until = NULL, progress = NULL
        FROM jsonb_to_recordset(CAST(:leaving AS jsonb))
            AS new(id integer, state text, group_id integer, revision integer)
        WHERE clips.id = new.id
        RETURNING clips.id
    ), changed AS (
        UPDATE clips SET state = new.state, group_id = new.group_id, revision = new.revision,
            attempts = CASE clips.state WHEN new.state THEN attempts ELSE 0 END,
            lease_owner = CASE clips.state WHEN new.state THEN lease_owner END,
            lease_until = CASE clips.state WHEN new.state THEN lease_until END,
            progress = CASE clips.state WHEN new.state THEN progress END,
            last_error = CASE new.state WHEN 'review_approved' THEN NULL ELSE last_error END
        FROM jsonb_to_recordset(CAST(:changed AS jsonb))
            AS new(id integer, state text, group_id integer, revision integer)
        WHERE clips.id = new.id AND (SELECT count(*) FROM leaving) >= 0
        RETURNING clips.id
    ), new AS (
        SELECT * FROM jsonb_to_recordset(CAST(:made AS jsonb)) AS new(start_frame integer,
            end_frame integer, group_id integer, notes text, tags text[], change jsonb)
    ), made AS (
        INSERT INTO clips
            (video_id, start_frame, end_frame, state, group_id, revision, notes, tags, created_at)
        SELECT :video_id, start_frame, end_frame, 'pending_review', group_id, :revision, notes,
            tags, clock_timestamp()
        FROM new WHERE (SELECT count(*) FROM changed) >= 0
        RETURNING id, start_frame
    ), counted AS (
        UPDATE videos SET revision = :revision WHERE id = :video_id
    )
    INSERT INTO actions (video_id, revision, reviewer_id, kind, frame, to_frame, reason,
        reverses_id, request_id, created_at, changes)
    SELECT :video_id, :revision, :reviewer_id, :kind, :frame, :to_frame, :reason, :reverses_id,
        :request_id, clock_timestamp(), CAST(:changes AS jsonb) || coalesce((
            SELECT jsonb_agg(change || jsonb_build_object('clip_id', id) ORDER BY start_frame)
            FROM made JOIN new USING (start_frame)), '[]')
    RETURNING id, created_at, changes""")

_LIVE_IDS = text("""
    SELECT id, start_frame, end_frame FROM unnest(
        CAST(:starts AS integer[]), CAST(:ends AS integer[])) AS asked (start_frame, end_frame)
    JOIN clips USING (start_frame, end_frame)
    WHERE video_id = :video_id AND state <> 'superseded'""")

_VIDEO_OF_CLIPS = text("SELECT id, video_id FROM clips WHERE id = ANY(:clip_ids)")


@dataclass(slots=True)
class LockedVideo:
    """What the cut engine needs to know of a video."""

    id: int
    state: VideoState
    frame_count: int | None
    revision: int


@dataclass(slots=True)
class LockedClip:
    """What the cut engine reads and writes of a clip; its frames never change."""

    id: int
    start_frame: int
    end_frame: int
    state: ClipState
    group_id: int | None
    revision: int
    notes: str
    tags: Sequence[str]

    @property
    def frames(self) -> FrameRange:
        """The clip's range."""
        return FrameRange(self.start_frame, self.end_frame)

    @property
    def status(self) -> ClipStatus:
        """What reviewers have decided about it so far."""
        return ClipStatus(without_job(self.state), self.group_id, self.revision)


@dataclass(frozen=True, slots=True)
class NewClip:
    """A clip to be made."""

    frames: FrameRange
    group_id: int | None = None
    notes: str = ""
    tags: Sequence[str] = ()

    def to_json(self, revision: int) -> dict[str, Any]:
        """Return the row to insert, and its change in the audit trail but for its id."""
        status = ClipStatus(ClipState.PENDING_REVIEW, self.group_id, revision)
        return {
            "start_frame": self.frames.start_frame,
            "end_frame": self.frames.end_frame,
            "group_id": self.group_id,
            "notes": self.notes,
            "tags": self.tags,
            "change": ClipChange(0, *self.frames, None, status).to_json(),
        }


class TimelineRepository:
    """The timeline of a video, locked for one transaction."""

    def __init__(self, session: Session) -> None:
        session.flush()
        self._connection = session.connection()

    def lock_video(self, video_id: int) -> LockedVideo:
        """Lock a video's row: until the transaction ends nobody else changes its timeline.

        Raises:
            NotFound: there is none with this id.
        """
        row = self._connection.execute(_LOCK_VIDEO, {"video_id": video_id}).one_or_none()
        if row is None:
            raise NotFound(f"there is no video {video_id}")
        return LockedVideo(row.id, VideoState(row.state), row.frame_count, row.revision)

    def lock_clips_around(self, video_id: int, frame: int) -> Sequence[LockedClip]:
        """Lock and return, in order, the live clips that hold ``frame`` or the one before it.

        They are two where ``frame`` is a cut, one inside a clip, none outside the video.
        """
        rows = self._connection.execute(_LOCK_CLIPS_AROUND, {"video_id": video_id, "frame": frame})
        return list(map(_clip, rows))

    def lock_live_clips(self, video_id: int) -> Sequence[LockedClip]:
        """Lock and return all live clips of a video, in order."""
        return list(map(_clip, self._connection.execute(_LOCK_LIVE_CLIPS, {"video_id": video_id})))

    def lock_clips(self, clip_ids: Iterable[int]) -> Sequence[LockedClip]:
        """Lock and return clips, also superseded ones, in timeline order; leave out unknown ids."""
        return list(map(_clip, self._connection.execute(_LOCK_CLIPS, {"clip_ids": list(clip_ids)})))

    def live_ids(self, video_id: int, ranges: Collection[FrameRange]) -> dict[FrameRange, int]:
        """Return the ids of live clips by their exact frames; ranges that are none are left out."""
        rows = self._connection.execute(
            _LIVE_IDS,
            {
                "video_id": video_id,
                "starts": [frames.start_frame for frames in ranges],
                "ends": [frames.end_frame for frames in ranges],
            },
        )
        return {FrameRange(row.start_frame, row.end_frame): row.id for row in rows}

    def video_of(self, clip_ids: Iterable[int]) -> dict[int, int]:
        """Return to which video each clip belongs, by clip id; unknown ids are left out."""
        rows = self._connection.execute(_VIDEO_OF_CLIPS, {"clip_ids": list(clip_ids)})
        return {row.id: row.video_id for row in rows}

    def write(
        self,
        action: Action,
        changes: Sequence[tuple[ClipStatus, LockedClip]],
        made: Sequence[NewClip],
    ) -> None:
        """Write an action whole: clips, the video's revision and the row of the audit trail.

        A clip whose state changes starts its attempts at being exported again, and is taken away
        from the job that works on it.

        Args:
            action: gets its id and its changes.
            changes: clips as they are to be, each with the status it had before.
            made: clips to be made, pending review.
        """
        statuses = [
            {
                "id": clip.id,
                "state": clip.state,
                "group_id": clip.group_id,
                "revision": clip.revision,
            }
            for _, clip in changes
        ]
        stored = [
            ClipChange(clip.id, *clip.frames, before, clip.status).to_json()
            for before, clip in changes
        ]
        values = action.model_dump(exclude={"id", "created_at"}) | {
            "leaving": json.dumps([s for s in statuses if s["state"] == ClipState.SUPERSEDED]),
            "changed": json.dumps([s for s in statuses if s["state"] != ClipState.SUPERSEDED]),
            "made": json.dumps([clip.to_json(action.revision) for clip in made]),
            "changes": json.dumps(stored),
        }
        row = self._connection.execute(_WRITE_ACTION, values).one()
        action.id, action.created_at, action.changes = row


def _clip(row: Row[tuple[object, ...]]) -> LockedClip:
    return LockedClip(
        row.id,
        row.start_frame,
        row.end_frame,
        ClipState(row.state),
        row.group_id,
        row.revision,
        row.notes,
        row.tags,
    )
