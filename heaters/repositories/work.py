"""Claims of work under a lease, and what is due. Times are the database's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, text
from sqlmodel import Session, and_, col, func, or_, select, update

from heaters.domain.lifecycle import advance
from heaters.domain.stages import STAGES, Stage
from heaters.models import Clip, Video

type_of: dict[str, type[Video] | type[Clip]] = {"video": Video, "clip": Clip}
"""The table of a stage's subject."""


WORKER_LOCK = 0x4857524B
"""The shared advisory lock that every worker's own connection holds."""

_WORKER_IS_UP = text("""
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0
        AND objid = :key AND mode = 'ShareLock' AND granted AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database()))""").bindparams(
    key=WORKER_LOCK
)


def in_seconds(seconds: float) -> Any:
    """Return the database's time this many seconds from now, to be assigned to a row's column."""
    return func.clock_timestamp() + timedelta(seconds=seconds)


class WorkRepository:
    """The pipeline's view of videos and clips."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(
        self, stage: Stage, subject_id: int, *, owner: UUID, lease_s: float
    ) -> Video | Clip | None:
        """Take the row for ``owner`` if it is due and nobody else is at it; else return None."""
        model = type_of[stage.subject]
        query = (
            select(model)
            .where(model.id == subject_id, _due(stage, model))
            .with_for_update(skip_locked=True, key_share=True)
        )
        row = self._session.exec(query).one_or_none()
        if row is None:
            return None
        if row.state != stage.working:
            advance(row, stage.working)
        row.lease_owner = owner
        row.attempts += 1
        row.next_attempt_at = None
        row.progress = None
        self._session.flush()
        self.renew(stage, subject_id, owner=owner, lease_s=lease_s)
        return row

    def renew(self, stage: Stage, subject_id: int, *, owner: UUID, lease_s: float) -> bool:
        """Prolong the lease to ``lease_s`` seconds from now; False if it is no longer ours."""
        model = type_of[stage.subject]
        result = self._session.exec(
            update(model)
            .where(col(model.id) == subject_id, col(model.lease_owner) == owner)
            .values(lease_until=in_seconds(lease_s))
        )
        return result.rowcount == 1

    def lock_claimed(self, stage: Stage, subject_id: int, *, owner: UUID) -> Video | Clip | None:
        """Return the row locked, or None if ``owner`` no longer holds its lease."""
        model = type_of[stage.subject]
        query = (
            select(model)
            .where(model.id == subject_id, model.lease_owner == owner)
            .with_for_update(key_share=True)
        )
        return self._session.exec(query).one_or_none()

    def due_ids(self, stage: Stage, *, limit: int) -> Sequence[int]:
        """Return ids of rows on which ``stage`` could start now, the oldest first."""
        model = type_of[stage.subject]
        query = select(model.id).where(_due(stage, model)).order_by(col(model.id)).limit(limit)
        return [subject_id for subject_id in self._session.exec(query) if subject_id is not None]

    def unfinished(self, stage: Stage) -> int:
        """Return on how many rows ``stage`` is due, under way, or to be tried again."""
        model = type_of[stage.subject]
        query = (
            select(func.count())
            .select_from(model)
            .where(
                or_(
                    col(model.state).in_((stage.due, stage.working)),
                    and_(model.state == stage.failed, col(model.next_attempt_at).is_not(None)),
                )
            )
        )
        return self._session.exec(query).one()

    def worker_is_up(self) -> bool:
        """Tell whether any worker is connected to this database."""
        return bool(self._session.connection().scalar(_WORKER_IS_UP))

    def unfinished_total(self) -> int:
        """Return how many steps of work the whole pipeline still has before it rests."""
        return sum(self.unfinished(stage) for stage in STAGES.values())


def _due(stage: Stage, model: type[Video] | type[Clip]) -> ColumnElement[bool]:
    now = func.clock_timestamp()
    return or_(
        col(model.state) == stage.due,
        and_(col(model.state) == stage.failed, col(model.next_attempt_at) <= now),
        and_(col(model.state) == stage.working, col(model.lease_until) < now),
    )
