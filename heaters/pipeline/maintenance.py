"""What a library needs from time to time: retired files deleted, leftovers swept, a full check."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from heaters.domain.errors import HeatersError
from heaters.models import Check, utc_now
from heaters.pipeline.tools import Tools
from heaters.services.invariants import (
    ORPHAN_AGE,
    check_invariants,
    last_check,
    leftover_objects,
    record_check,
)
from heaters.services.retention import collect_retired, forget_collected

_log = structlog.get_logger(__name__)

_MAINTENANCE_LOCK = 0x48454D54  # any number that no other advisory lock of ours uses
_LOOK_S = 60
_DAY_S = 24 * 3600


def maintain(tools: Tools) -> Check:
    """Delete what nobody needs any more, then check everything and keep the result.

    Any step may be cut off at any point; the next run does the rest.
    """
    _delete_retired(tools)
    tools.store.sweep(older_than_s=ORPHAN_AGE.total_seconds())
    stored = list(tools.store.list_objects())
    with tools.database.unit_of_work() as uow:
        leftovers = leftover_objects(uow, stored)
    tools.store.delete(*leftovers)
    started_at = utc_now()
    with tools.database.unit_of_work() as uow:
        findings = check_invariants(uow, stored=tools.store.list_objects())
    with tools.database.unit_of_work() as uow:
        return record_check(uow, findings, started_at=started_at)


def _delete_retired(tools: Tools) -> None:
    retention_s = tools.settings.retention_days * _DAY_S
    while True:
        with tools.database.unit_of_work() as uow:
            keys = collect_retired(uow, now=utc_now(), retention_s=retention_s)
        if not keys:
            return
        tools.store.delete(*keys)
        with tools.database.unit_of_work() as uow:
            forget_collected(uow, keys)


def maintain_until(stopped: threading.Event, tools: Tools) -> None:
    """Maintain the library whenever ``maintenance_s`` have passed since anybody did."""
    while not stopped.wait(_LOOK_S):
        try:
            _maintain_if_due(tools)
        except (DBAPIError, HeatersError) as error:
            _log.warning("maintenance failed; trying again", error=str(error).splitlines()[0])


def _maintain_if_due(tools: Tools) -> None:
    with tools.database.engine.connect() as connection, connection.begin():
        key = {"key": _MAINTENANCE_LOCK}
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), key):
            return
        with tools.database.unit_of_work() as uow:
            last = last_check(uow)
        age_s = (utc_now() - last.started_at).total_seconds() if last else float("inf")
        if age_s >= tools.settings.maintenance_s:
            check = maintain(tools)
            _log.info("maintained", findings=len(check.findings))
