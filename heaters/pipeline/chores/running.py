"""Runs chores when they are due: each in one worker at a time; others go on where it stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from heaters.domain.errors import Cancelled, ExternalFailure, HeatersError
from heaters.models import Chore
from heaters.pipeline.chores import retire, sweep, verify
from heaters.pipeline.chores.round import LEASE_S, Round
from heaters.pipeline.tools import Tools
from heaters.repositories.chores import ChoreRepository

_log = structlog.get_logger(__name__)

CHORES: Mapping[str, Callable[[Round], dict[str, Any]]] = {
    "retire": retire.run,
    "verify": verify.run,
    "sweep": sweep.run,
}
"""What each chore does, in the order in which they are done: it returns its result, or raises."""

_LOOK_S = 60
_RETRY_S = 300.0


def chores_until(stopped: threading.Event, tools: Tools) -> None:
    """Do each chore whenever ``maintenance_s`` have passed since anyone did.

    The scratch folders of this host's killed jobs go at once, and before each look.
    """
    while True:
        try:
            tools.folders.sweep()
        except OSError as error:
            _log.warning("scratch not swept", error=str(error))
        if stopped.wait(_LOOK_S):
            return
        for name in CHORES:
            try:
                run_chore(tools, name, every_s=tools.settings.maintenance_s, stopped=stopped)
            except (DBAPIError, HeatersError) as error:
                _log.warning("chore not done", chore=name, error=_line(error))
            except Exception:  # noqa: BLE001 - a bug in one chore must not end the others
                _log.exception("chore not done", chore=name)


def run_chore(
    tools: Tools,
    name: str,
    *,
    every_s: float = 0,
    stopped: threading.Event | None = None,
    work: Callable[[Round], dict[str, Any]] | None = None,
) -> Chore | None:
    """Run one chore if it is due and no other worker is at it; return how it went, else None.

    Args:
        tools: what it works with.
        name: which one of ``CHORES``.
        every_s: seconds since its last round after which it is due.
        stopped: ends the round soon after it is set; the next round goes on from there.
        work: what to do in place of what ``CHORES`` says.

    Raises:
        DatabaseAway: the database cannot be told how the round ended.
        Exception: what nobody foresaw, once it is recorded.
    """
    owner = uuid4()
    stopped = stopped or threading.Event()
    with tools.database.unit_of_work() as uow:
        chore = ChoreRepository(uow.session).claim(
            name, owner=owner, lease_s=LEASE_S, every_s=every_s, retry_s=min(every_s, _RETRY_S)
        )
        if chore is None:
            return None
        cursor = dict(chore.cursor or {})
    log = _log.bind(chore=name)
    log.info("begun", cursor=bool(cursor))
    try:
        result = (work or CHORES[name])(Round(name, cursor, owner, tools, stopped))
    except (DBAPIError, HeatersError) as error:
        with tools.database.unit_of_work() as uow:
            chores = ChoreRepository(uow.session)
            if stopped.is_set() or isinstance(error, Cancelled):
                chores.release(name, owner=owner)
                log.info("stopped")
            else:
                resumable = isinstance(error, (DBAPIError, ExternalFailure))
                chores.fail(name, _line(error), owner=owner, resumable=resumable)
                log.warning("failed", error=_line(error))
            return chores.get(name)
    except BaseException as error:
        with tools.database.unit_of_work() as uow:
            told = f"unforeseen: {type(error).__name__}; see the worker's log"
            ChoreRepository(uow.session).fail(name, told, owner=owner, resumable=False)
        raise
    with tools.database.unit_of_work() as uow:
        chores = ChoreRepository(uow.session)
        chores.end(name, result, owner=owner)
        log.info("done", **result)
        return chores.get(name)


def _line(error: Exception) -> str:
    """Return an error in one line; a database's never with its SQL and parameters."""
    told = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return told.splitlines()[0] if told else type(error).__name__
