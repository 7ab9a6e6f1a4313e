"""Reads for pages: a screenful of rows at a time, and counts, never a whole table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from heaters.domain.lifecycle import ClipState
from heaters.models import Artifact, ArtifactKind, Clip, Video
from heaters.repositories.sets import among

# Words travel as one string each: PostgreSQL and psycopg take twice as long for arrays of them.
_LIVE_CLIPS = text("""
    SELECT (SELECT revision FROM videos WHERE id = :video_id), array_agg(id),
        array_agg(start_frame), array_agg(coalesce(group_id, 0)),
        string_agg(state, ','), string_agg(CAST(xmin AS text), ',')
    FROM (
        SELECT id, start_frame, state, group_id, xmin FROM clips
        WHERE video_id = :video_id AND state <> 'superseded' ORDER BY start_frame
    ) AS live""")


@dataclass(frozen=True, eq=False)
class LiveClips:
    """The live clips of a video in timeline order, and its revision.

    Attributes:
        group_ids: 0 for none.
        versions: another one whenever anything in a clip's row has changed.
    """

    revision: int
    ids: Sequence[int]
    start_frames: Sequence[int]
    group_ids: Sequence[int]
    states: Sequence[str]
    versions: Sequence[str]


class BrowsingRepository:
    """What pages show, read in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def video_count(self) -> int:
        """Return how many videos there are."""
        return self._session.exec(select(func.count()).select_from(Video)).one()

    def videos(self, *, offset: int, limit: int) -> Sequence[Video]:
        """Return videos, the newest first."""
        query = select(Video).order_by(col(Video.id).desc()).offset(offset).limit(limit)
        return self._session.exec(query).all()

    def videos_by_id(self, video_ids: Collection[int]) -> dict[int, Video]:
        """Return these videos by id; those that do not exist are left out."""
        found = self._session.exec(select(Video).where(among(col(Video.id), video_ids)))
        return {video.id: video for video in found if video.id is not None}

    def live_clips(self, video_id: int) -> LiveClips:
        """Return all live clips of a video, column by column: one row, whatever their number."""
        row = self._session.connection().execute(_LIVE_CLIPS, {"video_id": video_id}).one()
        revision, ids, start_frames, group_ids, states, versions = row
        if ids is None:
            return LiveClips(revision or 0, (), (), (), (), ())
        return LiveClips(
            revision, ids, start_frames, group_ids, states.split(","), versions.split(",")
        )

    def clips(self, clip_ids: Collection[int]) -> dict[int, Clip]:
        """Return these clips by id; those that do not exist are left out."""
        found = self._session.exec(select(Clip).where(among(col(Clip.id), clip_ids)))
        return {clip.id: clip for clip in found if clip.id is not None}

    def numbered_clips(self, clip_ids: Collection[int]) -> dict[int, tuple[int, Clip]]:
        """Return these clips by id, each with its number among its video's live clips from 1."""
        other = aliased(Clip)
        earlier = (
            select(func.count())
            .select_from(other)
            .where(
                other.video_id == Clip.video_id,
                other.state != ClipState.SUPERSEDED,
                other.start_frame <= Clip.start_frame,
            )
            .scalar_subquery()
        )
        found = self._session.exec(select(earlier, Clip).where(among(col(Clip.id), clip_ids)))
        return {clip.id: (number, clip) for number, clip in found if clip.id is not None}

    def artifact_ids(
        self,
        kind: ArtifactKind,
        *,
        video_ids: Collection[int] = (),
        clip_ids: Collection[int] = (),
    ) -> dict[int, int]:
        """Return the artifact of this kind in use by video id, or by clip id if those are given."""
        owner = Artifact.clip_id if clip_ids else Artifact.video_id
        query = (
            select(owner, func.max(Artifact.id))
            .where(
                Artifact.kind == kind,
                among(col(owner), clip_ids or video_ids),
                col(Artifact.retired_at).is_(None),
            )
            .group_by(col(owner))
        )
        found = self._session.exec(query).all()
        return {
            owner_id: id_ for owner_id, id_ in found if owner_id is not None and id_ is not None
        }
