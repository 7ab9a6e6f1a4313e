"""One claimed run of a stage: its lease, its progress, and its only two ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from sqlmodel import col, update
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from heaters.domain.errors import Cancelled, ExternalFailure, HeatersError
from heaters.domain.lifecycle import advance
from heaters.domain.stages import Stage
from heaters.models import Clip, Video
from heaters.pipeline.tools import Tools
from heaters.repositories.database import Job, UnitOfWork
from heaters.repositories.driver import DatabaseAway, patience
from heaters.repositories.engine import DatabaseBusy, DatabaseConflict
from heaters.repositories.work import WorkRepository, in_seconds, type_of

_log = structlog.get_logger(__name__)

_REPORT_S = 2.0  # a person sees progress move; the database and open pages hardly notice


class LeaseLost(HeatersError):
    """Another worker has taken the row over: this run must leave no trace."""


class Task:
    """A run of ``stage`` on one row, under a lease that a thread of its own keeps alive.

    ``cancelled`` is set when the lease is lost or the worker stops; work looks at it often.
    """

    def __init__(
        self, stage: Stage, row: Video | Clip, owner: UUID, tools: Tools, cancelled: threading.Event
    ) -> None:
        assert row.id is not None
        self.stage, self.id, self.tools = stage, row.id, tools
        self.attempt = row.attempts
        self.cancelled = cancelled
        self._owner = owner
        self._last_report_s = 0.0

    @classmethod
    def claim(
        cls, stage: Stage, subject_id: int, tools: Tools, cancelled: threading.Event
    ) -> Task | None:
        """Take the row, or return None where it is not due or somebody is at it."""
        owner = uuid4()
        with tools.database.unit_of_work() as uow:
            row = WorkRepository(uow.session).claim(
                stage, subject_id, owner=owner, lease_s=tools.settings.lease_s
            )
            return None if row is None else cls(stage, row, owner, tools, cancelled)

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease from a thread while the block runs."""
        stop = threading.Event()
        thread = threading.Thread(target=self._heartbeat, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _heartbeat(self, stop: threading.Event) -> None:
        lease_s = self.tools.settings.lease_s
        held_until_s = time.monotonic() + lease_s
        while not stop.wait(lease_s / 4):
            begun_s = time.monotonic()
            try:
                with patience(lease_s / 4), self.tools.database.unit_of_work() as uow:
                    held = WorkRepository(uow.session).renew(
                        self.stage, self.id, owner=self._owner, lease_s=lease_s
                    )
            except ExternalFailure:
                held = begun_s < held_until_s  # the database may be back before the lease is over
            else:
                held_until_s = begun_s + lease_s
            if not held:
                self.cancelled.set()
                return

    def report(self, fraction: float) -> None:
        """Show how far the work is, from 0 to 1; cheap enough to call for every frame."""
        now_s = time.monotonic()
        if now_s - self._last_report_s < _REPORT_S:
            return
        self._last_report_s = now_s
        model = type_of[self.stage.subject]
        try:
            with patience(_REPORT_S), self.tools.database.unit_of_work() as uow:
                uow.session.exec(
                    update(model)
                    .where(col(model.id) == self.id, col(model.lease_owner) == self._owner)
                    .values(progress=min(1.0, max(0.0, fraction)))
                )
        except ExternalFailure as error:
            _log.warning("progress not stored", stage=self.stage.name, id=self.id, error=str(error))

    def check_cancelled(self, *_: object) -> None:
        """Stop work that is no longer wanted; fits every ``on_progress``.

        Raises:
            Cancelled: the lease is lost or the worker stops.
        """
        if self.cancelled.is_set():
            raise Cancelled(f"{self.stage.name} {self.id} was cancelled")

    @contextmanager
    def scratch(self, name: str = "") -> Iterator[Path]:
        """Give an empty folder on this host, gone afterwards, whatever happened."""
        with self.tools.scratch(f"{self.stage.name}-{self.id}-{name}") as folder:
            yield folder

    def finish(self, write: Callable[[UnitOfWork, Video | Clip], None]) -> None:
        """Write the results and the done state in one transaction, then send the next stage.

        Hours of work are not thrown away because the database is being restarted: the transaction
        is tried again until the lease is over. If its first commit did get through, the lease is
        found given up and nothing is written twice.

        Raises:
            LeaseLost: another worker has the row, or the commit had been made after all.
        """

        def transaction(uow: UnitOfWork, row: Video | Clip) -> None:
            write(uow, row)
            uow.session.flush()
            advance(row, self.stage.done)
            row.attempts = 0
            row.last_error = None
            if self.stage.next is not None:
                uow.send(Job(self.stage.next, self.id))

        self._end(transaction)

    def fail(self, error: HeatersError) -> None:
        """Set the failed state with the reason, and when to try again, if ever.

        The delay doubles from ``retry_base_s`` with every attempt.
        """
        settings = self.tools.settings
        again = error.heals and self.attempt < settings.max_attempts
        delay_s = settings.retry_base_s * 2 ** (self.attempt - 1)

        def transaction(_uow: UnitOfWork, row: Video | Clip) -> None:
            advance(row, self.stage.failed)
            row.last_error = str(error)
            row.next_attempt_at = in_seconds(delay_s) if again else None

        self._end(transaction)

    def release(self) -> None:
        """Give the row back as it was taken, because this worker stops; the attempt is not counted.

        The next worker's reconciler finds it due.
        """

        def transaction(_uow: UnitOfWork, row: Video | Clip) -> None:
            advance(row, self.stage.due)
            row.attempts -= 1

        self._end(transaction)

    def _end(self, write: Callable[[UnitOfWork, Video | Clip], None]) -> None:
        def transaction(uow: UnitOfWork) -> None:
            row = WorkRepository(uow.session).lock_claimed(self.stage, self.id, owner=self._owner)
            if row is None:
                raise LeaseLost(f"{self.stage.name} {self.id}: the lease is not ours")
            row.lease_owner = row.lease_until = row.progress = None
            write(uow, row)

        retrying = Retrying(
            retry=retry_if_exception_type((DatabaseAway, DatabaseBusy, DatabaseConflict)),
            stop=stop_after_delay(self.tools.settings.lease_s),
            wait=wait_exponential(0.1, max=2),
            reraise=True,
        )
        retrying(self.tools.database.transact, transaction)
