"""The row that names this database."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, select

from heaters.models import Installation


class InstallationRepository:
    """The installation of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def id(self) -> UUID:
        """Return the id, which the migration that made the row chose at random."""
        return self._session.exec(select(Installation.id)).one()
