"""Queries on clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, func, select

from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import ClipState
from heaters.models import Clip


class ClipRepository:
    """Clips of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, clip_id: int) -> Clip:
        """Return a clip.

        Raises:
            NotFound: there is none with this id.
        """
        clip = self._session.get(Clip, clip_id)
        if clip is None:
            raise NotFound(f"there is no clip {clip_id}")
        return clip

    def add_all(self, clips: Iterable[Clip]) -> None:
        """Insert clips, after everything changed so far: the exclusion constraint is immediate."""
        self._session.flush()
        self._session.add_all(clips)
        self._session.flush()

    def live(self, video_id: int) -> Sequence[Clip]:
        """Return the live clips of a video in timeline order; they tile it."""
        query = (
            select(Clip)
            .where(Clip.video_id == video_id, Clip.state != ClipState.SUPERSEDED)
            .order_by(col(Clip.start_frame))
        )
        return self._session.exec(query).all()

    def list(
        self, *, video_id: int | None = None, state: ClipState | None = None
    ) -> Sequence[Clip]:
        """Return clips in timeline order: live ones, or those in ``state``."""
        query = select(Clip).order_by(col(Clip.video_id), col(Clip.start_frame), col(Clip.id))
        if video_id is not None:
            query = query.where(Clip.video_id == video_id)
        if state is not None:
            query = query.where(Clip.state == state)
        else:
            query = query.where(Clip.state != ClipState.SUPERSEDED)
        return self._session.exec(query).all()

    def state_counts(self, video_ids: Iterable[int]) -> dict[int, dict[ClipState, int]]:
        """Return how many clips each video has in each state, superseded ones left out."""
        query = (
            select(Clip.video_id, Clip.state, func.count())
            .where(col(Clip.video_id).in_(list(video_ids)), Clip.state != ClipState.SUPERSEDED)
            .group_by(col(Clip.video_id), col(Clip.state))
        )
        counts: dict[int, dict[ClipState, int]] = {}
        for video_id, state, count in self._session.exec(query):
            counts.setdefault(video_id, {})[ClipState(state)] = count
        return counts
