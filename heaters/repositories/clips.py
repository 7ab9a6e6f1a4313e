"""Queries on clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import literal_column
from sqlmodel import Session, col, func, select

from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import ClipState
from heaters.models import Clip
from heaters.repositories.sets import among

_IS_LIVE = col(Clip.state) != literal_column("'superseded'")
# Written out, not bound: the planner must see that the partial indexes apply.


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

    def live(self, video_id: int) -> Sequence[Clip]:
        """Return the live clips of a video in timeline order; they tile it."""
        query = (
            select(Clip).where(Clip.video_id == video_id, _IS_LIVE).order_by(col(Clip.start_frame))
        )
        return self._session.exec(query).all()

    def list(
        self, *, video_id: int | None = None, state: ClipState | None = None
    ) -> Sequence[Clip]:
        """Return clips in timeline order: live ones, or those in ``state``."""
        query = select(Clip).order_by(col(Clip.video_id), col(Clip.start_frame), col(Clip.id))
        if video_id is not None:
            query = query.where(Clip.video_id == video_id)
        query = query.where(_IS_LIVE if state is None else Clip.state == state)
        return self._session.exec(query).all()

    def state_counts(self, video_ids: Iterable[int]) -> dict[int, dict[ClipState, int]]:
        """Return how many clips each video has in each state, superseded ones left out."""
        query = (
            select(Clip.video_id, Clip.state, func.count())
            .where(among(col(Clip.video_id), video_ids), _IS_LIVE)
            .group_by(col(Clip.video_id), col(Clip.state))
        )
        counts: dict[int, dict[ClipState, int]] = {}
        for video_id, state, count in self._session.exec(query):
            counts.setdefault(video_id, {})[ClipState(state)] = count
        return counts
