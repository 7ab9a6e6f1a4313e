"""Files that are out of use: kept for a while so that undo finds them, then deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, exists, func, or_, select, update

from heaters.domain.lifecycle import APPROVED_CLIP_STATES
from heaters.models import Artifact, ArtifactKind, Clip, Embedding
from heaters.repositories.sets import among


class RetentionRepository:
    """Retired artifacts of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def retire(self, clip_ids: Iterable[int], *, revision: int) -> None:
        """Take the clips' files out of use, on behalf of the action of this revision."""
        self._session.exec(
            update(Artifact)
            .where(among(col(Artifact.clip_id), clip_ids), col(Artifact.retired_at).is_(None))
            .values(retired_at=func.clock_timestamp(), retired_revision=revision)
        )

    def revive(self, clip_ids: Collection[int], *, revision: int) -> set[int]:
        """Put back into use what the action of this revision retired.

        Returns:
            The clips whose files are back. A clip's files come back all or not at all: they are
            given up for deletion together.
        """
        if not clip_ids:
            return set()
        result = self._session.exec(
            update(Artifact)
            .where(
                among(col(Artifact.clip_id), clip_ids),
                col(Artifact.retired_revision) == revision,
            )
            .values(retired_at=None, retired_revision=None)
            .returning(col(Artifact.clip_id), col(Artifact.kind))
        )
        return {clip_id for clip_id, kind in result if kind == ArtifactKind.EXPORT}

    def give_up(self, *, retired_before: datetime, limit: int) -> None:
        """Let go of what was retired before a time: from now on no undo brings it back.

        The vector of a clip that is no longer approved goes when an undo can bring back no file of
        the clip. Clips that someone is changing right now are left for the next time.

        Args:
            retired_before: the end of the retention period.
            limit: how many clips at most.
        """
        due = (
            select(Artifact.clip_id)
            .where(col(Artifact.retired_at) < retired_before)
            .where(col(Artifact.retired_revision).is_not(None))
        )
        locked = (
            select(Clip.id, Clip.state)
            .where(col(Clip.id).in_(due))
            .limit(limit)
            .with_for_update(key_share=True, skip_locked=True)
        )
        clips = self._session.exec(locked).all()
        self._session.exec(
            update(Artifact)
            .where(among(col(Artifact.clip_id), (clip_id for clip_id, _ in clips)))
            .where(col(Artifact.retired_at) < retired_before)
            .values(retired_revision=None)
        )
        unapproved = (clip_id for clip_id, state in clips if state not in APPROVED_CLIP_STATES)
        has_files = exists().where(
            col(Artifact.clip_id) == col(Embedding.clip_id),
            or_(col(Artifact.retired_at).is_(None), col(Artifact.retired_revision).is_not(None)),
        )
        self._session.exec(
            delete(Embedding).where(among(col(Embedding.clip_id), unapproved), ~has_files)
        )

    def given_up(
        self, *, retired_before: datetime, limit: int, without: Collection[str] = ()
    ) -> Sequence[str]:
        """Return keys of objects to delete: retired before a time, and nothing brings them back.

        Args:
            retired_before: the end of the retention period.
            limit: how many keys at most.
            without: keys to pass over.
        """
        query = (
            select(Artifact.key)
            .where(col(Artifact.retired_at) < retired_before)
            .where(col(Artifact.retired_revision).is_(None))
            .where(~among(col(Artifact.key), without))
            .order_by(col(Artifact.retired_at))
            .limit(limit)
        )
        return self._session.exec(query).all()

    def forget(self, keys: Iterable[str]) -> None:
        """Delete the rows of objects that have been deleted; rows that are in use stay."""
        self._session.exec(
            delete(Artifact)
            .where(among(col(Artifact.key), keys))
            .where(col(Artifact.retired_at).is_not(None))
            .where(col(Artifact.retired_revision).is_(None))
        )
