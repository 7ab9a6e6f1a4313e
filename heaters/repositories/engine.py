"""The pool of connections to PostgreSQL, and what its errors mean.

SQLAlchemy's errors hold the statement and its values, which belong in no message and no log. So
``_translate`` takes them out, and gives the few errors that a caller can act on a class.
"""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext

from heaters.domain.errors import ExternalFailure
from heaters.repositories.driver import DatabaseAway, PatientConnection, connection_error, limits

POOL_CONNECTIONS = 20
"""Connections that one process has at most for what it does at a time."""

_POOL_TIMEOUT_S = 10
_KEPT_CONNECTIONS = 10
_AWAY = ("08", "57P01", "57P02", "57P03", "57P05", "53300")
_CONFLICT = ("40001", "40P01")
_BUSY = ("55P03", "57014")


class DatabaseConflict(ExternalFailure):
    """Another transaction changed the same rows: this one was not carried out."""

    def __init__(self) -> None:
        super().__init__("someone else changed the same at this moment: try again")


class DatabaseBusy(ExternalFailure):
    """A lock or a statement took longer than it may: nothing was done."""

    def __init__(self) -> None:
        super().__init__("the database is too busy, so nothing was done: try again in a moment")


def make_engine(url: str, *, patience_s: float | None) -> Engine:
    """Return a pool of connections to ``url`` (``postgresql://…``), none of them open yet.

    Args:
        url: the database.
        patience_s: how long a statement may wait for its answer where ``patience`` says nothing.
            A server that is merely busy ends it a little earlier, and says so.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(
        address,
        connect_args=limits(patience_s),
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
    ) -> PatientConnection:
        connection = PatientConnection.connect(*args, **options)
        connection.default_patience_s = patience_s
        return connection

    event.listen(engine, "handle_error", _translate, retval=True)
    return engine


def _translate(context: ExceptionContext) -> Exception | None:
    """Return the error to raise in place of the driver's; None leaves that, without its values."""
    error, original = context.sqlalchemy_exception, context.original_exception
    if error is not None:
        error.statement = None
    if not isinstance(original, psycopg.Error) or context.is_pre_ping:
        return None
    state = original.sqlstate or ""
    said = _without_values(original, state)
    if context.connection is None and isinstance(original, psycopg.OperationalError):
        return connection_error(original)
    if context.is_disconnect or state.startswith(_AWAY):
        return DatabaseAway(" ".join(said.split()))
    if state in _CONFLICT:
        return DatabaseConflict()
    if state in _BUSY:
        return DatabaseBusy()
    if error is not None:
        error.code = None
        error.args = (f"{type(original).__name__}: {said}",)
    original.args = (said,)  # the server's detail quotes values
    return None


def _without_values(error: psycopg.Error, state: str) -> str:
    """Return what the server says, unless it quotes a value: of data that fit no type it does."""
    if state.startswith("22"):
        return f"a value cannot be used here (SQLSTATE {state})"
    return error.diag.message_primary or str(error).strip()
