"""Single connections to PostgreSQL: how long they wait for a server that says nothing.

Below the ORM, so that a command that only reads need not load it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from heaters.domain.errors import ExternalFailure, HeatersError, InvalidConfiguration

T = TypeVar("T")

CONNECT_S = 5
"""How long a server may take to accept a connection."""

_patience_s: ContextVar[float | None] = ContextVar("patience_s")


class DatabaseAway(ExternalFailure):
    """PostgreSQL does not answer, or the connection to it was lost.

    A transaction that was being committed may have been carried out or not.
    """

    def __init__(self, detail: str) -> None:
        super().__init__("the database does not answer; try again in a moment")
        self.detail = detail


class DatabaseRefused(InvalidConfiguration):
    """PostgreSQL answers and lets us in by no means: trying again changes nothing."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "the database refuses the connection: check the user, the password and the name of the"
            " database in HEATERS_DATABASE_URL"
        )
        self.detail = detail


# libpq gives no SQLSTATE of a connection that was refused, only the server's words. Those of what
# never passes by itself, unlike too many connections, a start, a shutdown or a recovery.
_FOR_GOOD = re.compile(
    r"FATAL:.*(authentication failed|does not exist|no pg_hba\.conf entry|rejects connection"
    r"|not permitted to log in|permission denied for database|not currently accepting connections)"
    r"|no password supplied"
)


def connection_error(error: psycopg.Error) -> HeatersError:
    """Return what it means that no connection was made.

    A wrong password, an unknown role or database, or no entry in pg_hba.conf stay; all else may
    pass, and so is a database that is away.
    """
    said = " ".join(str(error).split())
    return DatabaseRefused(said) if _FOR_GOOD.search(said) else DatabaseAway(said)


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """Let no statement of this thread wait longer for the server's answer while the block runs.

    Args:
        seconds: for each statement; None waits for ever.
    """
    token = _patience_s.set(seconds)
    try:
        yield
    finally:
        _patience_s.reset(token)


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is given up when the server accepts a statement and says nothing.

    The server's own ``statement_timeout`` cannot end that: the server is what hangs.
    """

    default_patience_s: float | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """See psycopg. Without a ``timeout`` of its own the wait ends with the patience."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        limit_s = _patience_s.get(self.default_patience_s)
        try:
            return super().wait(gen, interval, limit_s)
        except psycopg.errors._WaitTimeout:
            self.close()
            raise psycopg.OperationalError(f"no answer within {limit_s:g} s") from None


def limits(patience_s: float | None) -> dict[str, Any]:
    """Return what libpq is told of waiting.

    Args:
        patience_s: how long a statement may wait for its answer; None: for ever. A server that is
            merely busy ends it a little earlier, and says so.
    """
    given: dict[str, Any] = {
        "connect_timeout": CONNECT_S,
        # A host that vanished is noticed although nothing is being sent, or acknowledged.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }
    if patience_s is not None:
        given["options"] = f"-c statement_timeout={int(patience_s * 0.8 * 1000)}"
    return given
