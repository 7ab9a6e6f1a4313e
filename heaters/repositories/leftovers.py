"""The list of objects under keys of ours that no row names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, and_, col, delete, exists, func, select

from heaters.models import Artifact, ArtifactKind, Leftover
from heaters.repositories.sets import among


class LeftoverRepository:
    """Leftovers of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def update(self, seen: Sequence[Leftover], *, after: str, until: str | None) -> None:
        """Write down what is left over between two keys, and drop what no longer is.

        Args:
            seen: all leftovers with keys in (after, until]; known ones keep their time.
            after: the lower bound.
            until: the upper bound; None means the last key.
        """
        keys = [leftover.key for leftover in seen]
        inside = [col(Leftover.key) > after]
        if until is not None:
            inside.append(col(Leftover.key) <= until)
        self._session.exec(delete(Leftover).where(*inside, ~among(col(Leftover.key), keys)))
        if seen:
            rows = [leftover.model_dump(exclude={"first_seen_at"}) for leftover in seen]
            self._session.exec(insert(Leftover).on_conflict_do_nothing(), params=rows)

    def due_count(self, *, older_than_s: float) -> int:
        """Return how many may be deleted: seen first longer ago than that, still without a row."""
        query = select(func.count()).select_from(Leftover).where(_due(older_than_s))
        return self._session.exec(query).one()

    def due(self, *, older_than_s: float, after: str, limit: int) -> Sequence[str]:
        """Return keys to delete, behind a key and in order: still no row names them."""
        query = (
            select(Leftover.key)
            .where(_due(older_than_s), col(Leftover.key) > after)
            .order_by(col(Leftover.key))
            .limit(limit)
        )
        return self._session.exec(query).all()

    def forget(self, keys: Iterable[str]) -> None:
        """Drop leftovers that have been deleted."""
        self._session.exec(delete(Leftover).where(among(col(Leftover.key), keys)))


def leftover(key: str, kind: str, size_bytes: int) -> Leftover:
    """Describe an object that no row names."""
    return Leftover(key=key, kind=kind, size_bytes=size_bytes)


def _due(older_than_s: float) -> ColumnElement[bool]:
    """Masters never are: each may be the only copy of its video."""
    return and_(
        col(Leftover.kind) != ArtifactKind.MASTER.value,
        col(Leftover.first_seen_at) <= func.clock_timestamp() - timedelta(seconds=older_than_s),
        ~exists().where(col(Artifact.key) == col(Leftover.key)),
    )
