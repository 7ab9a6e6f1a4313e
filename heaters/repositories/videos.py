"""Queries on videos."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from heaters.domain.errors import NotFound
from heaters.models import Video


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

    def list(self) -> Sequence[Video]:
        """Return every video, the newest first."""
        return self._session.exec(select(Video).order_by(col(Video.id).desc())).all()
