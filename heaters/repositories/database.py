"""The unit of work, and what it does once it has committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, func, select
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from heaters.repositories.driver import DatabaseAway
from heaters.repositories.engine import DatabaseConflict, make_engine

T = TypeVar("T")

_ATTEMPTS = 4


@dataclass(frozen=True)
class Job:
    """A stage that is due on a video or a clip: all that a message says."""

    stage: str
    id: int


class UnitOfWork:
    """One transaction: a session, and the jobs to send once it has committed.

    Attributes:
        request_id: the request that it carries out, if that has a name.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.jobs: list[Job] = []
        self.request_id: UUID | None = None

    def send(self, job: Job) -> None:
        """Ask for ``job`` to be sent after the commit; a rollback drops it."""
        self.jobs.append(job)

    def now(self) -> datetime:
        """Return the database's time, which all hosts share."""
        return self.session.exec(select(func.clock_timestamp())).one()


def _drop(_jobs: Sequence[Job]) -> None:
    """Send nothing: the reconciler of a worker finds what is due in the database."""


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(
        self,
        url: str,
        *,
        send: Callable[[Sequence[Job]], None] = _drop,
        patience_s: float | None = None,
    ) -> None:
        """Connect lazily to ``url`` (``postgresql://…``).

        Args:
            url: the database.
            send: called with the jobs of each committed unit of work. It must return at once, and
                not raise when the message server is away: the rows say what is due.
            patience_s: how long a statement may wait for the server's answer; None: for ever.
        """
        self.engine = make_engine(url, patience_s=patience_s)
        self._send = send

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a transaction; commit it at the end, or roll it back if the body raises.

        Raises:
            DatabaseAway: the connection was lost; the transaction may have been committed.
            DatabaseConflict, DatabaseBusy: nothing was done.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            uow = UnitOfWork(session)
            try:
                with session.begin():
                    yield uow
            except PoolTimeout:
                raise DatabaseAway("every connection is in use") from None
        if uow.jobs:
            self._send(uow.jobs)

    def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do ``work`` in a transaction and return what it returns.

        What another transaction got in the way of was not done, and is done again: ``work`` may be
        called several times.

        Raises:
            DatabaseAway, DatabaseConflict, DatabaseBusy: as ``unit_of_work``.
        """

        def once() -> T:
            with self.unit_of_work() as uow:
                return work(uow)

        retrying = Retrying(
            retry=retry_if_exception_type(DatabaseConflict),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(0.02, max=0.2),
            reraise=True,
        )
        return retrying(once)

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()
