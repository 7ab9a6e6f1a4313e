"""Chore: check every invariant, and write down what lies in the store and no row names."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from heaters.pipeline.chores.round import Round
from heaters.services.invariants import Verification, record_check, verify


def run(chore: Round) -> dict[str, Any]:
    """Go on where the cursor says; keep the findings for people to see."""
    tools = chore.tools
    started_at = chore.cursor.pop("started_at", None)
    if started_at is None:
        with tools.database.unit_of_work() as uow:
            started_at = uow.now().isoformat()
    found = Verification(**chore.cursor)
    for _ in verify(tools.database, tools.store, found, record=True, stopped=chore.stopped):
        chore.keep(asdict(found) | {"started_at": started_at})
    with tools.database.unit_of_work() as uow:
        record_check(uow, found, started_at=datetime.fromisoformat(started_at))
    return {
        "objects": found.objects,
        "size_bytes": found.size_bytes,
        "leftovers": found.leftovers,
        "leftover_bytes": found.leftover_bytes,
        "masters": found.masters,
        "findings": found.finding_count,
    }
