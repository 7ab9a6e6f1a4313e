"""Claims of chores under a lease, and how each went. Times are the database's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, and_, case, col, func, or_, select, update

from heaters.models import Chore


class ChoreRepository:
    """Chores, as one session sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> Chore | None:
        """Return a chore, None before its first round."""
        return self._session.get(Chore, name, populate_existing=True)

    def failed(self) -> Sequence[Chore]:
        """Return the chores whose last round ended with an error."""
        query = select(Chore).where(col(Chore.error).is_not(None)).order_by(col(Chore.name))
        return self._session.exec(query).all()

    def claim(
        self, name: str, *, owner: UUID, lease_s: float, every_s: float, retry_s: float
    ) -> Chore | None:
        """Begin a round that is due, or go on with one that was cut off; None where it is not.

        Args:
            name: the chore.
            owner: who claims it.
            lease_s: for how many seconds.
            every_s: seconds from the end of a round to the next.
            retry_s: the same after a round that failed.
        """
        self._session.exec(insert(Chore).values(name=name).on_conflict_do_nothing())
        now = func.clock_timestamp()
        pause = case(
            (col(Chore.error).is_(None), timedelta(seconds=every_s)),
            else_=timedelta(seconds=retry_s),
        )
        result = self._session.exec(
            update(Chore)
            .where(
                col(Chore.name) == name,
                or_(col(Chore.lease_until).is_(None), col(Chore.lease_until) < now),
                or_(
                    col(Chore.ended_at).is_(None),
                    col(Chore.ended_at) + pause <= now,
                    and_(col(Chore.cursor).is_not(None), col(Chore.error).is_(None)),
                ),
            )
            .values(
                lease_owner=owner,
                lease_until=now + timedelta(seconds=lease_s),
                started_at=case((col(Chore.cursor).is_(None), now), else_=col(Chore.started_at)),
            )
        )
        return self.get(name) if result.rowcount else None

    def keep(self, name: str, cursor: dict[str, Any], *, owner: UUID, lease_s: float) -> bool:
        """Keep how far the round is, and prolong the lease; False if it is no longer ours."""
        return self._write(
            name,
            owner,
            cursor=cursor,
            lease_until=func.clock_timestamp() + timedelta(seconds=lease_s),
        )

    def release(self, name: str, *, owner: UUID) -> None:
        """Let another worker go on with the round."""
        self._write(name, owner, lease_owner=None, lease_until=None)

    def end(self, name: str, result: dict[str, Any], *, owner: UUID) -> None:
        """End a round that was done."""
        self._end(name, owner, cursor=None, result=result, error=None)

    def fail(self, name: str, error: str, *, owner: UUID, resumable: bool) -> None:
        """End a round with an error; the next one goes on where it stopped, if that can help."""
        self._end(name, owner, error=error, **({} if resumable else {"cursor": None}))

    def _end(self, name: str, owner: UUID, **values: Any) -> None:
        ended = {"lease_owner": None, "lease_until": None, "ended_at": func.clock_timestamp()}
        self._write(name, owner, **ended, **values)

    def _write(self, name: str, owner: UUID, **values: Any) -> bool:
        result = self._session.exec(
            update(Chore)
            .where(col(Chore.name) == name, col(Chore.lease_owner) == owner)
            .values(**values)
        )
        return result.rowcount == 1
