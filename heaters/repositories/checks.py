"""Queries on checks of the invariants."""

from __future__ import annotations

from sqlmodel import Session, col, select

from heaters.models import Check


class CheckRepository:
    """Checks, as one session sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, check: Check) -> Check:
        """Insert ``check`` and give it its id."""
        self._session.add(check)
        self._session.flush()
        return check

    def last(self) -> Check | None:
        """Return the latest check, if there was one."""
        return self._session.exec(select(Check).order_by(col(Check.id).desc()).limit(1)).first()
