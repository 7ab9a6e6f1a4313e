"""Finds what the settings name: servers, store, and the database for commands that only read.

No ORM, no migrations and no message broker are loaded here: that takes longer than such a command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from heaters.config import Settings
from heaters.embedded import ServerUrls, embedded_servers
from heaters.repositories.driver import DatabaseAway, PatientConnection, connection_error, limits
from heaters.storage.store import ObjectStore, folder_at, open_store

_PATIENCE_S = 60
_MIGRATIONS = Path(__file__).parent.parent / "alembic" / "versions"


@contextmanager
def server_urls(
    settings: Settings, *, redis: bool = True, on_step: Callable[[str], None] = lambda _: None
) -> Iterator[ServerUrls]:
    """Give the addresses of the servers; those that are embedded run while the block does.

    Args:
        settings: name the servers that are not embedded.
        redis: whether the message server is needed.
        on_step: told what is being waited for.
    """
    database_url = settings.database_url.get_secret_value() if settings.database_url else ""
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    starts_redis = redis and not redis_url
    if database_url and not starts_redis:
        yield ServerUrls(database_url, redis_url)
        return
    with embedded_servers(
        settings.data_dir, postgres=not database_url, redis=starts_redis, on_step=on_step
    ) as embedded:
        yield ServerUrls(database_url or embedded.database_url, redis_url or embedded.redis_url)


@contextmanager
def reading_connection(
    settings: Settings, *, on_step: Callable[[str], None] = lambda _: None
) -> Iterator[psycopg.Connection]:
    """Give a connection whose transactions only read, each one snapshot of the library.

    Whoever takes long over what was read, such as a pager, does not lose the connection by it.

    Raises:
        DatabaseAway: the database cannot be reached, or the connection is lost.
        InvalidConfiguration: its schema is not at this version.
    """
    with server_urls(settings, redis=False, on_step=on_step) as urls:
        ensure_newest_schema(urls.database_url, upgrade=settings.database_url is None)
        with connect(urls.database_url) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("SET idle_in_transaction_session_timeout = 0")
            connection.commit()
            try:
                yield connection
            except psycopg.OperationalError as error:
                raise DatabaseAway(" ".join(str(error).split())) from None


def connect(database_url: str) -> psycopg.Connection:
    """Open a plain connection, on which no statement waits longer than ``_PATIENCE_S``.

    Raises:
        DatabaseAway: the database cannot be reached.
        DatabaseRefused: it lets us in by no means.
    """
    address = "postgresql:" + database_url.partition(":")[2]
    try:
        connection = PatientConnection.connect(address, **limits(_PATIENCE_S))
    except psycopg.OperationalError as error:
        raise connection_error(error) from None
    connection.default_patience_s = _PATIENCE_S
    return connection


def open_configured_store(settings: Settings) -> ObjectStore:
    """Open the object store that the settings name.

    Raises:
        InvalidConfiguration: its address cannot be used.
    """
    return open_store(
        _storage_url(settings),
        s3_endpoint_url=settings.s3_endpoint_url,
        s3_region=settings.s3_region,
        s3_storage_class=settings.s3_storage_class,
        s3_master_storage_class=settings.s3_master_storage_class,
    )


def objects_folder(settings: Settings) -> Path | None:
    """Return the folder whose files the objects are; None if they are none."""
    return folder_at(_storage_url(settings))


def _storage_url(settings: Settings) -> str:
    return settings.storage_url or (settings.data_dir / "objects").absolute().as_uri()


def ensure_newest_schema(database_url: str, *, upgrade: bool) -> None:
    """Bring the database to the newest schema, or refuse another one.

    Migrations are loaded only where the numbers differ.

    Raises:
        DatabaseAway: the database cannot be reached.
        InvalidConfiguration: the schema is another version's, and ``upgrade`` is false.
    """
    with connect(database_url) as connection:
        if _revision(connection) == _newest_revision():
            return
    from heaters import migrations
    from heaters.repositories.database import Database

    database = Database(database_url)
    try:
        if upgrade:
            migrations.upgrade(database.engine)
        else:
            migrations.require_newest(database.engine)
    finally:
        database.close()


def _revision(connection: psycopg.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None


def _newest_revision() -> str:
    """Return the newest migration's number, which its file's name begins with."""
    return max(path.name for path in _MIGRATIONS.glob("*.py")).partition("_")[0]
