"""Files that are out of use: which may be deleted now, and which are gone.

Two steps, so that a crash between them leaves only work to be done again: ``collect_retired``
commits that no undo brings these files back, the caller deletes the objects, and
``forget_collected`` drops their rows. What a row in use names is never among them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from heaters.repositories.database import UnitOfWork
from heaters.repositories.retention import RetentionRepository


def collect_retired(
    uow: UnitOfWork,
    *,
    now: datetime,
    retention_s: float,
    limit: int = 1000,
    without: Collection[str] = (),
) -> Sequence[str]:
    """Let go of files that were retired before the retention period; return their objects' keys.

    Args:
        uow: the transaction, to be committed before any object is deleted.
        now: the database's time.
        retention_s: for how many seconds after an action its undo brings files back.
        limit: how many clips and how many keys at most; call again until none come.
        without: keys to pass over, because their objects could not be deleted.
    """
    retired_before = now - timedelta(seconds=retention_s)
    repository = RetentionRepository(uow.session)
    repository.give_up(retired_before=retired_before, limit=limit)
    return repository.given_up(retired_before=retired_before, limit=limit, without=without)


def forget_collected(uow: UnitOfWork, keys: Iterable[str]) -> None:
    """Drop the rows of objects that have been deleted, all of them from ``collect_retired``."""
    RetentionRepository(uow.session).forget(keys)
