"""Chore: delete files that are out of use and that no undo brings back any more."""

from __future__ import annotations

from typing import Any

from heaters.pipeline.chores.round import Round
from heaters.services.installation import require_ours
from heaters.services.retention import collect_retired, forget_collected
from heaters.storage.errors import NotDeleted

_ENOUGH = 1000  # objects that cannot be deleted: then it is no matter of single ones


def run(chore: Round) -> dict[str, Any]:
    """Delete in batches; an object that cannot be deleted is passed over and told of at the end.

    Raises:
        NotDeleted: some objects could not be deleted; their rows stay for the next round.
    """
    tools = chore.tools
    require_ours(tools.database, tools.store)
    deleted = 0
    refused: dict[str, str] = {}
    while len(refused) < _ENOUGH:
        with tools.database.unit_of_work() as uow:
            keys = collect_retired(
                uow, now=uow.now(), retention_s=chore.retention_s, without=refused
            )
        if not keys:
            break
        gone = chore.delete(keys, refused)
        with tools.database.unit_of_work() as uow:
            forget_collected(uow, gone)
        deleted += len(gone)
        chore.keep({"deleted": deleted})
    if refused:
        raise NotDeleted(refused)
    return {"deleted": deleted}
