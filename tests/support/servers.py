"""Real servers for tests: one embedded instance per test process, an empty database per test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from sqlalchemy.engine import make_url

from heaters.embedded import ServerUrls, embedded_servers
from heaters.embedded.folder import ServerFolder
from heaters.embedded.locks import locked

_numbers = itertools.count(1)
_REDIS_DATABASES = 16


@dataclass(frozen=True)
class RunningServers:
    """Embedded servers of a test process, and what tests need to know of them."""

    urls: ServerUrls
    data_dir: Path

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Return the libpq address of ``database`` for PostgreSQL's superuser."""
        password = (self.data_dir / "postgres" / "superuser.password").read_text()
        url = make_url(self.urls.database_url).set(
            drivername="postgresql", username="postgres", password=password, database=database
        )
        return url.render_as_string(hide_password=False)


@contextmanager
def running_servers() -> Iterator[RunningServers]:
    """Run PostgreSQL and Valkey in a temporary folder, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="heaters-test-") as folder:
        data_dir = Path(folder)
        with embedded_servers(data_dir) as urls:
            yield RunningServers(urls, data_dir)
        wait_until_stopped(data_dir)


def wait_until_stopped(data_dir: Path) -> None:
    """Return when the supervisors below ``data_dir``, which nobody uses any more, have ended."""
    for kind in ("postgres", "valkey"):
        if (data_dir / kind).exists():
            with locked(ServerFolder(data_dir / kind).supervisor_lock):
                pass


def fresh_database(servers: RunningServers) -> str:
    """Create an empty database that has the extensions, and return its SQLAlchemy address."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(servers.superuser_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER heaters STRATEGY wal_log").format(
                sql.Identifier(name)
            )
        )
    url = make_url(servers.urls.database_url).set(database=name)
    return url.render_as_string(hide_password=False)


def drop_database(servers: RunningServers, database_url: str) -> None:
    """Drop a database that ``fresh_database`` made, with all its connections."""
    name = make_url(database_url).database or ""
    with psycopg.connect(servers.superuser_dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def fresh_redis(servers: RunningServers) -> str:
    """Return the address of an empty Redis database; the same one comes again after 15 calls."""
    url = (
        servers.urls.redis_url.removesuffix("/0")
        + f"/{next(_numbers) % (_REDIS_DATABASES - 1) + 1}"
    )
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
