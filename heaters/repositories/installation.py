"""What tells this database from any other."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from heaters.models import Installation

_OID = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()"
_MAY_READ_CLUSTER = "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"
_CLUSTER = "SELECT system_identifier::text FROM pg_control_system()"
_VIDEO_IDS = """
    SELECT coalesce(pg_sequence_last_value(seqrelid), 0), seqmax FROM pg_sequence
    WHERE seqrelid = pg_get_serial_sequence('videos', 'id')::regclass
"""
_SKIP_IDS = "SELECT setval(pg_get_serial_sequence('videos', 'id'), :video_id)"


class InstallationRepository:
    """The installation of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def id(self) -> UUID:
        """Return the id, which the migration that made the row chose at random."""
        return self._session.exec(select(Installation.id)).one()

    def place(self) -> tuple[str | None, int]:
        """Return the cluster's identifier, None where the role may not read it, and the oid."""
        connection = self._session.connection()
        may_read = connection.execute(text(_MAY_READ_CLUSTER)).scalar_one()
        cluster = connection.execute(text(_CLUSTER)).scalar_one() if may_read else None
        return cluster, connection.execute(text(_OID)).scalar_one()

    def video_ids(self) -> tuple[int, int]:
        """Return the highest id that a video has ever been given, and the highest possible one.

        Ids that were given to rows that are gone count.
        """
        given, highest = self._session.connection().execute(text(_VIDEO_IDS)).one()
        return given, highest

    def pass_over_videos(self, video_id: int) -> None:
        """Give no new video this id or one below."""
        self._session.connection().execute(text(_SKIP_IDS), {"video_id": video_id})
