"""The engine, the unit of work, and what it does once it has committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, create_engine, make_url
from sqlmodel import Session


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


def _drop(_jobs: Sequence[Job]) -> None:
    """Send nothing: the reconciler of a worker finds what is due in the database."""


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, url: str, *, send: Callable[[Sequence[Job]], None] = _drop) -> None:
        """Connect lazily to ``url`` (``postgresql://…``).

        Args:
            url: the database.
            send: called with the jobs of each committed unit of work. It must not raise when the
                message server is away: the rows say what is due.
        """
        self.engine: Engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            pool_use_lifo=True,  # the connection used last has its statements prepared
        )
        self._send = send

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a transaction; commit it at the end, or roll it back if the body raises."""
        with Session(self.engine, expire_on_commit=False) as session:
            uow = UnitOfWork(session)
            with session.begin():
                yield uow
        if uow.jobs:
            self._send(uow.jobs)

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()
