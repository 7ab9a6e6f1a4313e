"""The proof that nothing is broken: over every row, the whole audit trail and the object store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from heaters.models import Check, utc_now
from heaters.repositories.checks import CheckRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.invariants import Finding, InvariantRepository
from heaters.storage.store import ObjectInfo

ORPHAN_AGE = timedelta(days=1)
"""An object is stored before the row that names it; a younger one may still get its row."""


def check_invariants(
    uow: UnitOfWork, *, stored: Iterable[ObjectInfo] | None = None
) -> list[Finding]:
    """Return every row that breaks a rule, and every object that is missing or that nobody names.

    Args:
        uow: a new unit of work: all is read from one snapshot.
        stored: all objects of the store, listed while this runs; without it only rows are checked.
    """
    repository = InvariantRepository(uow.session)
    findings = list(repository.broken())
    if stored is not None:
        findings += _check_objects(repository.keys(), stored)
    return findings


def leftover_objects(uow: UnitOfWork, stored: Iterable[ObjectInfo]) -> list[str]:
    """Return the keys of old objects that no row names: what killed jobs left behind.

    Args:
        uow: a new unit of work.
        stored: objects of the store, listed before this is called.
    """
    objects = list(stored)
    return _leftovers(InvariantRepository(uow.session).keys(), objects)


def _check_objects(named: dict[str, bool], stored: Iterable[ObjectInfo]) -> Iterator[Finding]:
    objects = list(stored)
    for key in _leftovers(named, objects):
        yield Finding("every object is named by a row", key, "no row names it")
    needed = {key for key, is_needed in named.items() if is_needed}
    for key in sorted(needed - {info.key for info in objects}):
        yield Finding("every file in use is in the store", key, "the object is missing")


def _leftovers(named: dict[str, bool], stored: Iterable[ObjectInfo]) -> list[str]:
    newest = utc_now() - ORPHAN_AGE
    return [info.key for info in stored if info.key not in named and info.stored_at < newest]


def record_check(uow: UnitOfWork, findings: Sequence[Finding], *, started_at: datetime) -> Check:
    """Keep what a check found, for people to see."""
    return CheckRepository(uow.session).add(
        Check(started_at=started_at, findings=[asdict(finding) for finding in findings])
    )


def last_check(uow: UnitOfWork) -> Check | None:
    """Return the newest check that was kept, if there was one."""
    return CheckRepository(uow.session).last()
