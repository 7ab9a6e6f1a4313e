"""Whose a store is: it carries the id of the one database whose rows name its objects.

Without that, a database that is empty, restored or another installation's would take everything in
the store for leftovers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heaters.domain.errors import InvalidConfiguration
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import Database
from heaters.repositories.installation import InstallationRepository
from heaters.storage.keys import kind_of
from heaters.storage.store import ObjectStore

_SAMPLE = 1000
_UNKNOWN_SHARE = 0.1  # of the objects seen: killed jobs leave a few, another installation many
_ADOPT = "`heaters adopt` makes it this library's"


class StoreRefused(InvalidConfiguration):
    """The store belongs to another installation, or nothing says that it belongs to this one."""


@dataclass(frozen=True)
class Ownership:
    """What tells whose a store is.

    Attributes:
        place: the store's address.
        installation: the id of this database.
        marker: the id that the store carries; None if it carries none.
        seen: how many names lie there, counted up to 1000.
        ours: how many of them rows of this database name.
        unknown: how many of them are keys of Heaters that no row of this database names.
        needs_files: whether this database names any object at all.
    """

    place: str
    installation: str
    marker: str | None
    seen: int
    ours: int
    unknown: int
    needs_files: bool

    def refusal(self) -> str | None:
        """Return why this database must not work with the store, or None where it may."""
        if self.marker is not None:
            if self.marker == self.installation:
                return None
            return f"{self.place} belongs to another installation of Heaters ({self.marker[:36]})"
        if self.seen == 0:
            if not self.needs_files:
                return None
            return (
                f"{self.place} is empty, and this library has files: "
                "check HEATERS_STORAGE_URL and that its disk is mounted"
            )
        if self.ours and self.unknown <= _UNKNOWN_SHARE * (self.ours + self.unknown):
            return None
        return f"{self.place} holds objects that this library does not know"


def look_at_store(database: Database, store: ObjectStore) -> Ownership:
    """Find out whose the store is; nothing is changed."""
    with database.unit_of_work() as uow:
        installation = str(InstallationRepository(uow.session).id())
    marker = store.read_marker()
    names: Sequence[str] = [] if marker == installation else store.look(_SAMPLE)
    keys = [name for name in names if kind_of(name)]
    with database.unit_of_work() as uow:
        artifacts = ArtifactRepository(uow.session)
        ours = len(artifacts.named_among(keys))
        needs_files = artifacts.any_in_use()
    return Ownership(
        store.place, installation, marker, len(names), ours, len(keys) - ours, needs_files
    )


def claim_store(database: Database, store: ObjectStore) -> None:
    """Mark a new store, or one that was used before stores were marked; refuse any other.

    Of two installations that claim one store at the same time, one gets it.

    Raises:
        StoreRefused: it is not this installation's.
    """
    found = look_at_store(database, store)
    if found.marker == found.installation:
        return
    if reason := found.refusal():
        raise StoreRefused(f"{reason}; {_ADOPT}")
    _mark(store, found.installation, overwrite=False)


def adopt_store(database: Database, store: ObjectStore) -> None:
    """Make the store this installation's, whosever it was. Its old owner is refused from now on."""
    with database.unit_of_work() as uow:
        installation = str(InstallationRepository(uow.session).id())
    _mark(store, installation, overwrite=True)


def require_ours(database: Database, store: ObjectStore) -> None:
    """Make sure that nobody else has taken the store over, before anything in it is deleted.

    Raises:
        StoreRefused: it is not this installation's any more.
    """
    with database.unit_of_work() as uow:
        installation = str(InstallationRepository(uow.session).id())
    if store.read_marker() != installation:
        raise StoreRefused(f"{store.place} no longer belongs to this installation; {_ADOPT}")


def _mark(store: ObjectStore, installation: str, *, overwrite: bool) -> None:
    store.write_marker(installation, overwrite=overwrite)
    if store.read_marker() != installation:
        raise StoreRefused(f"another installation has just taken {store.place}; {_ADOPT}")
