"""Reads for pages: a screenful of rows at a time, and counts, never a whole table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, func, select

from heaters.domain.lifecycle import ClipState
from heaters.models import Action, Artifact, ArtifactKind, Clip, Reviewer, Video


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
        found = self._session.exec(select(Video).where(col(Video.id).in_(video_ids)))
        return {video.id: video for video in found if video.id is not None}

    def outline(self, video_id: int) -> list[tuple[int, ClipState]]:
        """Return first frame and state of every live clip in timeline order."""
        query = (
            select(Clip.start_frame, Clip.state)
            .where(Clip.video_id == video_id, Clip.state != ClipState.SUPERSEDED)
            .order_by(col(Clip.start_frame))
        )
        return [(start_frame, ClipState(state)) for start_frame, state in self._session.exec(query)]

    def clips(
        self, video_id: int, states: Collection[ClipState], *, offset: int, limit: int
    ) -> list[tuple[int, Clip]]:
        """Return live clips in these states in timeline order, each with its number.

        The number counts all live clips of the video from 1.
        """
        number = func.row_number().over(order_by=col(Clip.start_frame))
        numbered = (
            select(Clip.id, number.label("number"))
            .where(Clip.video_id == video_id, Clip.state != ClipState.SUPERSEDED)
            .subquery()
        )
        query = (
            select(numbered.c.number, Clip)
            .join(numbered, numbered.c.id == Clip.id)
            .where(col(Clip.state).in_(states))
            .order_by(col(Clip.start_frame))
            .offset(offset)
            .limit(limit)
        )
        return [(number, clip) for number, clip in self._session.exec(query)]

    def numbered_clips(self, clip_ids: Collection[int]) -> dict[int, tuple[int, Clip]]:
        """Return these clips by id, each with its number among its video's live clips from 1."""
        earlier = (
            select(func.count())
            .select_from(other := _other_clips())
            .where(
                other.c.video_id == Clip.video_id,
                other.c.state != ClipState.SUPERSEDED,
                other.c.start_frame <= Clip.start_frame,
            )
            .scalar_subquery()
        )
        found = self._session.exec(select(earlier, Clip).where(col(Clip.id).in_(clip_ids)))
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
                col(owner).in_(clip_ids or video_ids),
                col(Artifact.retired_at).is_(None),
            )
            .group_by(col(owner))
        )
        return {owner_id: artifact_id for owner_id, artifact_id in self._session.exec(query)}

    def actions(
        self, video_id: int, *, before_id: int | None, limit: int
    ) -> list[tuple[Action, str | None]]:
        """Return actions on a video, the latest first, each with its reviewer's name."""
        query = (
            select(Action, Reviewer.name)
            .join(Reviewer, col(Reviewer.id) == col(Action.reviewer_id), isouter=True)
            .where(Action.video_id == video_id)
            .order_by(col(Action.id).desc())
            .limit(limit)
        )
        if before_id is not None:
            query = query.where(col(Action.id) < before_id)
        return list(self._session.exec(query))


def _other_clips():  # noqa: ANN202 - an alias has no type of its own worth naming
    return Clip.__table__.alias("other")  # pyright: ignore[reportAttributeAccessIssue]
