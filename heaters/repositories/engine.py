"""Connections to PostgreSQL: how long they wait, and what their errors mean.

SQLAlchemy's errors hold the statement and its values, which belong in no message and no log. So
``_translate`` takes them out, and gives the few errors that a caller can act on a class.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext

from heaters.domain.errors import ExternalFailure

T = TypeVar("T")

POOL_CONNECTIONS = 20
"""Connections that one process has at most for what it does at a time."""

CONNECT_S = 5
"""How long a server may take to accept a connection."""

_POOL_TIMEOUT_S = 10
_KEPT_CONNECTIONS = 10
_AWAY = ("08", "57P01", "57P02", "57P03", "57P05", "53300")
_CONFLICT = ("40001", "40P01")
_BUSY = ("55P03", "57014")

_patience_s: ContextVar[float | None] = ContextVar("patience_s")


class DatabaseAway(ExternalFailure):
    """PostgreSQL does not answer, or the connection to it was lost.

    A transaction that was being committed may have been carried out or not.
    """

    def __init__(self, detail: str) -> None:
        super().__init__("the database does not answer; try again in a moment")
        self.detail = detail


class DatabaseConflict(ExternalFailure):
    """Another transaction changed the same rows: this one was not carried out."""

    def __init__(self) -> None:
        super().__init__("someone else changed the same at this moment: try again")


class DatabaseBusy(ExternalFailure):
    """A lock or a statement took longer than it may: nothing was done."""

    def __init__(self) -> None:
        super().__init__("the database is too busy, so nothing was done: try again in a moment")


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


class _Connection(psycopg.Connection[Any]):
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


def make_engine(url: str, *, patience_s: float | None) -> Engine:
    """Return a pool of connections to ``url`` (``postgresql://…``), none of them open yet.

    Args:
        url: the database.
        patience_s: how long a statement may wait for its answer where ``patience`` says nothing.
            A server that is merely busy ends it a little earlier, and says so.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")

    limits: dict[str, str | int] = {
        "connect_timeout": CONNECT_S,
        # A host that vanished is noticed although nothing is being sent, or acknowledged.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }
    if patience_s is not None:
        limits["options"] = f"-c statement_timeout={int(patience_s * 0.8 * 1000)}"
    engine = create_engine(
        address,
        connect_args=limits,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=_KEPT_CONNECTIONS,
        max_overflow=POOL_CONNECTIONS - _KEPT_CONNECTIONS,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_use_lifo=True,  # the connection used last has its statements prepared
    )

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: object, _record: object, args: list[Any], options: dict[str, Any]
    ) -> _Connection:
        connection = _Connection.connect(*args, **options)
        connection.default_patience_s = patience_s
        return connection

    event.listen(engine, "handle_error", _translate, retval=True)
    return engine


def _translate(context: ExceptionContext) -> Exception | None:
    """Return the error to raise in place of the driver's; None leaves that, without its values."""
    error, original = context.sqlalchemy_exception, context.original_exception
    if not isinstance(original, psycopg.Error) or context.is_pre_ping:
        return None
    state = original.sqlstate or ""
    said = original.diag.message_primary or str(original).strip()
    connecting = context.connection is None and isinstance(original, psycopg.OperationalError)
    if connecting or context.is_disconnect or state.startswith(_AWAY):
        return DatabaseAway(" ".join(said.split()))
    if state in _CONFLICT:
        return DatabaseConflict()
    if state in _BUSY:
        return DatabaseBusy()
    if error is not None:
        error.statement = error.code = None
        error.args = (f"{type(original).__name__}: {said}",)
    original.args = (said,)  # the server's detail quotes values
    return None
