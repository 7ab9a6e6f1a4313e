"""Sends what is due and has no message.

That is so after a crash between commit and send, a lost message server, a killed worker, and when
the time of a retry has come.
"""

from __future__ import annotations

import threading

import structlog
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import RedisError
from sqlalchemy import text

from heaters.domain.errors import HeatersError
from heaters.domain.stages import STAGES
from heaters.pipeline.broker import mark_reconciled, queue_length, send_jobs
from heaters.repositories.database import Database, Job
from heaters.repositories.work import WorkRepository

_log = structlog.get_logger(__name__)

_RECONCILER_LOCK = 0x48455252  # any number that no other advisory lock of ours uses
_BATCH = 1000


def reconcile(database: Database, broker: RedisBroker) -> int:
    """Send every due job of each stage whose queue is empty; return how many were sent.

    While a queue has messages its workers are busy with it, and a second message for the same row
    would only be thrown away. One process at a time does this; the others return at once.
    """
    jobs: list[Job] = []
    with database.unit_of_work() as uow:
        ours = uow.session.scalar(
            text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _RECONCILER_LOCK}
        )
        if not ours:
            return 0
        for stage in STAGES.values():
            if queue_length(broker, stage.name) == 0:
                due = WorkRepository(uow.session).due_ids(stage, limit=_BATCH)
                jobs += [Job(stage.name, subject_id) for subject_id in due]
        send_jobs(broker, jobs)
    mark_reconciled(broker)
    return len(jobs)


def reconcile_until(
    stopped: threading.Event, database: Database, broker: RedisBroker, *, every_s: float
) -> None:
    """Reconcile now and every ``every_s`` seconds until ``stopped`` is set."""
    while True:
        try:
            sent = reconcile(database, broker)
            if sent:
                _log.info("reconciled", sent=sent)
        except (HeatersError, RedisError) as error:
            _log.warning("not reconciled; trying again", error=str(error))
        except Exception:  # noqa: BLE001 - nothing else would send what has no message
            _log.exception("not reconciled; trying again")
        if stopped.wait(every_s):
            return
