"""Chore: delete what no row has named for the whole retention period: leftovers of killed jobs."""

from __future__ import annotations

from typing import Any

from heaters.domain.errors import HeatersError
from heaters.pipeline.chores.round import Round
from heaters.repositories.chores import ChoreRepository
from heaters.repositories.leftovers import LeftoverRepository
from heaters.services.installation import require_ours
from heaters.services.invariants import ORPHAN_AGE
from heaters.storage.errors import NotDeleted

FEW = 100
"""So few leftovers are deleted whatever their share is: a small library may lose a few jobs."""

SMALL_SHARE = 0.05
"""Of the objects of the store. Killed jobs leave far less; a wrong database leaves far more."""

_BATCH = 1000


class SweepStopped(HeatersError):
    """A round would delete so much that something else must be wrong; it has deleted nothing."""

    def __init__(self, due: int, objects: int | None) -> None:
        of_all = "" if objects is None else f" of {objects:,}"
        super().__init__(
            f"{due:,}{of_all} objects in the store are named by no row, too many to delete "
            "unasked: is this the right database? `heaters sweep` deletes them"
        )
        self.due, self.objects = due, objects


def run(chore: Round, *, agreed: int = 0) -> dict[str, Any]:
    """Delete what is due, unless it is too much.

    The cursor holds what is left of what a person has agreed to, so that another worker can go on;
    what is deleted is off the list, so that no place in it need be kept.

    Args:
        chore: the round.
        agreed: how many objects a person has agreed to delete.

    Raises:
        StoreRefused: nothing may be deleted there.
        SweepStopped: it is too much.
        NotDeleted: some objects could not be deleted; they stay on the list.
    """
    tools = chore.tools
    require_ours(tools.database, tools.store)
    agreed = max(agreed, chore.cursor.get("agreed", 0))
    _refuse_too_much(chore, agreed)
    after, deleted = "", chore.cursor.get("deleted", 0)
    chore.keep({"agreed": agreed, "deleted": deleted})
    refused: dict[str, str] = {}
    while True:
        with tools.database.unit_of_work() as uow:
            keys = LeftoverRepository(uow.session).due(
                older_than_s=chore.retention_s, after=after, limit=_BATCH
            )
        if not keys:
            break
        gone = chore.delete(keys, refused)
        with tools.database.unit_of_work() as uow:
            LeftoverRepository(uow.session).forget(gone)
        after, deleted, agreed = keys[-1], deleted + len(gone), max(0, agreed - len(gone))
        chore.keep({"agreed": agreed, "deleted": deleted})
    # An upload may run for days; whatever runs for longer than files are kept was killed.
    pieces = tools.store.sweep(older_than_s=max(chore.retention_s, ORPHAN_AGE.total_seconds()))
    if refused:
        raise NotDeleted(refused)
    return {"deleted": deleted, "pieces": pieces}


def _refuse_too_much(chore: Round, agreed: int) -> None:
    with chore.tools.database.unit_of_work() as uow:
        verified = ChoreRepository(uow.session).get("verify")
        due = LeftoverRepository(uow.session).due_count(older_than_s=chore.retention_s)
    objects = verified.result["objects"] if verified and verified.result else None
    if due > max(FEW, agreed, SMALL_SHARE * (objects or 0)):
        raise SweepStopped(due, objects)
