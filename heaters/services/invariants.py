"""The proof that nothing is broken: over every row, the whole audit trail and the object store.

The store and the rows are gone through side by side, a stretch of keys at a time, so that a library
of any size fits into a little memory, no transaction is open while the store is listed, and what
was cut off goes on where it stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from heaters.models import ArtifactKind, Check
from heaters.repositories.cancelling import cancelled_by
from heaters.repositories.checks import CheckRepository
from heaters.repositories.database import Database, UnitOfWork
from heaters.repositories.invariants import RULES, Finding, InvariantRepository
from heaters.repositories.leftovers import LeftoverRepository, leftover
from heaters.storage.keys import kind_of
from heaters.storage.store import ObjectInfo, ObjectStore

ORPHAN_AGE = timedelta(days=1)
"""An object is stored before the row that names it; a younger one may still get its row."""

MAX_FINDINGS = 100
"""How many findings of each rule are kept; the rest is counted."""

MISSING = "every file in use is in the store"

_STRETCH = 5000  # objects listed, and rows read, at a time


def check_invariants(uow: UnitOfWork) -> list[Finding]:
    """Return the rows that break a rule, of each rule the first; the store is not looked at."""
    repository = InvariantRepository(uow.session)
    return [found for rule in RULES for found in repository.broken(rule, limit=MAX_FINDINGS)[0]]


@dataclass
class Verification:
    """How far a check of everything is, and what it has found. Every field is a JSON value.

    Attributes:
        rules_done: how many of the rules on rows have been checked.
        after: the key up to which store and rows have been compared.
        objects: how many objects under keys of ours the store holds so far.
        size_bytes: how large they are together.
        leftovers: how many of them no row names, masters left out.
        leftover_bytes: how large those are together.
        masters: how many masters no row names; they are kept.
        counts: how much breaks each rule.
        findings: ``[where, what]`` of the first ``MAX_FINDINGS`` of each rule.
    """

    rules_done: int = 0
    after: str = ""
    objects: int = 0
    size_bytes: int = 0
    leftovers: int = 0
    leftover_bytes: int = 0
    masters: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    findings: dict[str, list[list[str]]] = field(default_factory=dict[str, list[list[str]]])

    @property
    def finding_count(self) -> int:
        """How much is broken in all."""
        return sum(self.counts.values())

    def list_findings(self) -> list[Finding]:
        """Return what was found; where more breaks a rule than is kept, the last one says so."""
        listed: list[Finding] = []
        for rule, found in self.findings.items():
            listed += [Finding(rule, where, what) for where, what in found]
            if more := self.counts[rule] - len(found):
                listed.append(Finding(rule, "more", f"and {more:,} more"))
        return listed

    def add(self, rule: str, found: Sequence[Finding], count: int) -> None:
        """Note what breaks a rule."""
        if not count:
            return
        kept = self.findings.setdefault(rule, [])
        kept += [[f.where, f.what] for f in found[: MAX_FINDINGS - len(kept)]]
        self.counts[rule] = self.counts.get(rule, 0) + count


def verify(
    database: Database,
    store: ObjectStore,
    verification: Verification,
    *,
    record: bool,
    stopped: threading.Event,
) -> Iterator[None]:
    """Go on with a check of everything, and pause after each step; it is whole at the end.

    Args:
        database: every row of it.
        store: every object of it.
        verification: what is known so far; each step adds to it.
        record: whether leftovers are written down, so that they are deleted in time.
        stopped: ends a step that takes long, which then raises ``DatabaseBusy``.
    """
    for rule in list(RULES)[verification.rules_done :]:
        with database.unit_of_work() as uow, cancelled_by(uow.session, stopped):
            verification.add(
                rule, *InvariantRepository(uow.session).broken(rule, limit=MAX_FINDINGS)
            )
        verification.rules_done += 1
        yield
    listing = store.list_objects(after=verification.after)
    while stretch := list(islice(listing, _STRETCH)):
        _compare(database, store, verification, stretch, until=stretch[-1].key, record=record)
        verification.after = stretch[-1].key
        yield
    _compare(database, store, verification, [], until=None, record=record)


def _compare(
    database: Database,
    store: ObjectStore,
    verification: Verification,
    listed: Sequence[ObjectInfo],
    *,
    until: str | None,
    record: bool,
) -> None:
    """Compare the objects with keys in (verification.after, until], all listed, with the rows."""
    unnamed = {info.key: info for info in listed}
    listed_keys = set(unnamed)
    after = verification.after
    while True:
        with database.unit_of_work() as uow:
            newest = uow.now() - ORPHAN_AGE
            rows = InvariantRepository(uow.session).keys(after=after, until=until, limit=_STRETCH)
        for key in rows:
            unnamed.pop(key, None)
        suspects = [key for key, is_needed in rows.items() if is_needed and key not in listed_keys]
        _add_missing(database, store, verification, suspects)
        if len(rows) < _STRETCH:
            break
        after = next(reversed(rows))
    left = [
        leftover(key, kind, info.size_bytes)
        for key, info in unnamed.items()
        if (kind := kind_of(key)) and info.stored_at < newest
    ]
    if record:
        with database.unit_of_work() as uow:
            LeftoverRepository(uow.session).update(left, after=verification.after, until=until)
    ours = [info for info in listed if kind_of(info.key)]
    sweepable = [found for found in left if found.kind != ArtifactKind.MASTER]
    verification.objects += len(ours)
    verification.size_bytes += sum(info.size_bytes for info in ours)
    verification.leftovers += len(sweepable)
    verification.leftover_bytes += sum(found.size_bytes for found in sweepable)
    verification.masters += len(left) - len(sweepable)


def _add_missing(
    database: Database, store: ObjectStore, verification: Verification, suspects: Sequence[str]
) -> None:
    """Note which objects are missing: not found when looked for, and in use even after that.

    Between the listing and the reading of rows an object may have been stored, or deleted with its
    row. Once as many are missing as are kept, the rest is only counted, and not looked for.
    """
    room = MAX_FINDINGS - len(verification.findings.get(MISSING, ()))
    gone: list[str] = []
    for key in suspects:
        if len(gone) >= room or not store.exists(key):
            gone.append(key)
    if gone:
        with database.unit_of_work() as uow:
            missing = InvariantRepository(uow.session).needed_among(gone)
        found = [Finding(MISSING, key, "the object is missing") for key in missing]
        verification.add(MISSING, found, len(found))


def record_check(uow: UnitOfWork, verification: Verification, *, started_at: datetime) -> Check:
    """Keep what a check found, for people to see."""
    findings = [asdict(finding) for finding in verification.list_findings()]
    return CheckRepository(uow.session).add(
        Check(started_at=started_at, findings=findings, finding_count=verification.finding_count)
    )


def last_check(uow: UnitOfWork) -> Check | None:
    """Return the newest check that was kept, if there was one."""
    return CheckRepository(uow.session).last()
