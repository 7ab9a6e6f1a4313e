"""The clocks of hosts and of the database, which may disagree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from heaters.repositories.database import Database


def utc_now() -> datetime:
    """Return this host's time, with its zone."""
    return datetime.now(UTC)


def set_database_clock(database: Database, ahead: timedelta) -> None:
    """Let the clock of the database be ahead of this host's, in connections from now on."""
    schema = "other_clock"
    with database.engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        for statement in (
            f"CREATE SCHEMA IF NOT EXISTS {schema}",
            f"""CREATE OR REPLACE FUNCTION {schema}.clock_timestamp() RETURNS timestamptz
                LANGUAGE sql VOLATILE AS $$ SELECT pg_catalog.clock_timestamp()
                + interval '{ahead.total_seconds()} seconds' $$""",
            f"ALTER DATABASE {name} SET search_path = {schema}, pg_catalog, public",
        ):
            connection.execute(text(statement))
    database.engine.dispose()
