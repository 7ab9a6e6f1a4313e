"""Queries on videos."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select

from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import VideoState
from heaters.models import Artifact, Clip, Video


class VideoRepository:
    """Videos of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, video: Video) -> Video:
        """Insert ``video`` and give it its id."""
        self._session.add(video)
        self._session.flush()
        return video

    def get(self, video_id: int) -> Video:
        """Return a video.

        Raises:
            NotFound: there is none with this id.
        """
        video = self._session.get(Video, video_id)
        if video is None:
            raise NotFound(f"there is no video {video_id}")
        return video

    def lock(self, video_id: int) -> Video:
        """Return a video, its row locked until the transaction ends: one writer per video.

        Raises:
            NotFound: there is none with this id.
        """
        query = (
            select(Video)
            .where(Video.id == video_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        video = self._session.exec(query).one_or_none()
        if video is None:
            raise NotFound(f"there is no video {video_id}")
        return video

    def lock_source(self, source: str) -> None:
        """Have others who ask for the same address or hash wait until the transaction ends."""
        key = func.hashtextextended(source, 0)
        self._session.exec(select(func.pg_advisory_xact_lock(key)))

    def from_source(self, address: str) -> Video | None:
        """Return a video that came from the address: the first that has not failed for good."""
        return self._first(Video.source == address)

    def of_content(self, sha256: str) -> Video | None:
        """Return a video of a file of this hash: the first that has not failed for good."""
        return self._first(Video.content_sha256 == sha256)

    def _first(self, condition: ColumnElement[bool] | bool) -> Video | None:
        failed = col(Video.state).in_([state for state in VideoState if state.endswith("_failed")])
        lost = failed & col(Video.next_attempt_at).is_(None)
        query = select(Video).where(condition).order_by(lost, col(Video.id)).limit(1)
        return self._session.exec(query).one_or_none()

    def has_clips(self, video_id: int) -> bool:
        """Return whether the video has, or ever had, clips."""
        query = select(Clip.id).where(Clip.video_id == video_id).limit(1)
        return self._session.exec(query).first() is not None

    def delete(self, video_id: int) -> Sequence[str]:
        """Delete a video that has no clips; return the keys of its objects, now unnamed."""
        deleted = delete(Artifact).where(col(Artifact.video_id) == video_id)
        keys = self._session.exec(deleted.returning(col(Artifact.key))).scalars().all()
        self._session.exec(delete(Video).where(col(Video.id) == video_id))
        return keys
