"""Whose a store is: it carries the mark of the one database whose rows name its objects.

Without that, a database that is empty, copied, restored or another installation's would take
everything in the store for leftovers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from heaters.domain.errors import InvalidConfiguration
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import Database
from heaters.repositories.installation import InstallationRepository
from heaters.storage.keys import VIDEOS, kind_of
from heaters.storage.store import ObjectStore

_SAMPLE = 1000
_ADOPT = "`heaters adopt` makes it this library's"


class StoreRefused(InvalidConfiguration):
    """The store belongs to another installation, or nothing says that it belongs to this one."""


@dataclass(frozen=True)
class Mark:
    """What a store carries: which database it belongs to.

    Attributes:
        installation: the id that a migration gave the database; a copy of it has the same.
        cluster: the identifier of its PostgreSQL cluster; None where the role may not read it.
        database: its oid in the cluster.
    """

    installation: str
    cluster: str | None
    database: int

    def text(self) -> str:
        """Return what the store's marker says."""
        return json.dumps(asdict(self))


def read_mark(store: ObjectStore) -> Mark | None:
    """Return the store's mark, None if it has none; a damaged one is no database's."""
    text = store.read_marker()
    if text is None:
        return None
    try:
        return Mark(**json.loads(text))
    except (TypeError, ValueError):
        return Mark(text[:36], None, 0)


def own_mark(database: Database) -> Mark:
    """Return the mark of this database."""
    with database.unit_of_work() as uow:
        installation = InstallationRepository(uow.session)
        return Mark(str(installation.id()), *installation.place())


@dataclass(frozen=True)
class Ownership:
    """What tells whose a store is.

    Attributes:
        place: the store's address.
        mine: the mark of this database.
        mark: the mark that the store carries; None if it carries none.
        seen: how many names lie there, counted up to 1000; 0 where the store is this database's.
        ours: how many of them rows of this database name.
        unknown: how many of them are keys of Heaters that no row of this database names.
        needs_files: whether this database names any object at all.
        unmade_video: the id of a video that has files there and that this database has never
            made: it was restored from a backup since. None if there is none.
    """

    place: str
    mine: Mark
    mark: Mark | None
    seen: int
    ours: int
    unknown: int
    needs_files: bool
    unmade_video: int | None

    def refusal(self) -> str | None:
        """Return why this database must not work with the store, or None where it may."""
        if self.mark is not None:
            return self._refusal_of(self.mark)
        if self.seen == 0:
            if not self.needs_files:
                return None
            return (
                f"{self.place} is empty, and this library has files: "
                "check HEATERS_STORAGE_URL and that its disk is mounted"
            )
        if self.ours and not self.unknown:
            return None
        return f"{self.place} holds objects that this library does not know"

    def _refusal_of(self, mark: Mark) -> str | None:
        if mark == self.mine:
            return None
        if mark.installation == self.mine.installation:
            return (
                f"{self.place} belongs to the database that this one was copied from: give the "
                "copy another store, or adopt this one if that database is gone"
            )
        if (mark.cluster, mark.database) == (self.mine.cluster, self.mine.database):
            return (
                f"{self.place} belongs to this database under an id that it no longer has: "
                "its schema was taken back to an earlier version"
            )
        return _of_another(self.place, mark)


def look_at_store(database: Database, store: ObjectStore) -> Ownership:
    """Find out whose the store is; nothing is changed."""
    mine, mark = own_mark(database), read_mark(store)
    names: Sequence[str] = [] if mark == mine else store.look(_SAMPLE)
    keys = [name for name in names if kind_of(name)]
    unmade_video = _find_unmade_video(database, store)
    with database.unit_of_work() as uow:
        artifacts = ArtifactRepository(uow.session)
        ours = len(artifacts.named_among(keys))
        needs_files = artifacts.any_in_use()
    return Ownership(
        store.place, mine, mark, len(names), ours, len(keys) - ours, needs_files, unmade_video
    )


def require_claimable(database: Database, store: ObjectStore) -> Ownership:
    """Make sure that the store is this installation's or can become it; nothing is changed.

    Raises:
        StoreRefused: it is not.
    """
    found = look_at_store(database, store)
    if reason := found.refusal():
        raise StoreRefused(f"{reason}; {_ADOPT}")
    return found


def require_unmarked(store: ObjectStore) -> None:
    """Make sure, without a database, that no installation has the store.

    Raises:
        StoreRefused: one has it.
    """
    mark = read_mark(store)
    if mark is not None:
        raise StoreRefused(f"{_of_another(store.place, mark)}; {_ADOPT}")


def claim_store(database: Database, store: ObjectStore) -> None:
    """Mark a new store, or one that was used before stores were marked; refuse any other.

    Of two installations that claim one store at the same time, one gets it.

    Raises:
        StoreRefused: it is not this installation's.
    """
    if read_mark(store) == own_mark(database):
        return
    _write(store, require_claimable(database, store).mine, overwrite=False)


def adopt_store(database: Database, store: ObjectStore) -> None:
    """Make the store this database's, whosever it was. Its old owner is refused from now on.

    Ids of videos that have files there are given to no new video.
    """
    unmade_video = _find_unmade_video(database, store)
    if unmade_video is not None:
        with database.unit_of_work() as uow:
            InstallationRepository(uow.session).pass_over_videos(unmade_video)
    _write(store, own_mark(database), overwrite=True)


def require_ours(database: Database, store: ObjectStore) -> None:
    """Make sure that this database knows what lies in the store, before anything is deleted.

    Raises:
        StoreRefused: another one has taken it over, or this one was restored from a backup that
            is older than files in the store.
    """
    if read_mark(store) != own_mark(database):
        raise StoreRefused(f"{store.place} no longer belongs to this installation; {_ADOPT}")
    unmade_video = _find_unmade_video(database, store)
    if unmade_video is not None:
        raise StoreRefused(
            f"{store.place} holds files of video {unmade_video}, which this database has never "
            f"made: was it restored from a backup? Nothing is deleted; {_ADOPT}"
        )


def _of_another(place: str, mark: Mark) -> str:
    return f"{place} belongs to another installation of Heaters ({mark.installation})"


def _find_unmade_video(database: Database, store: ObjectStore) -> int | None:
    """Return the highest id of a video in the store that the database has never given."""
    found = {int(name) for name in store.folders(VIDEOS) if name.isdecimal()}
    with database.unit_of_work() as uow:  # afterwards: the ids only grow
        given, highest = InstallationRepository(uow.session).video_ids()
    for video_id in sorted((one for one in found if given < one <= highest), reverse=True):
        if any(kind_of(info.key) for info in store.list_objects(f"{VIDEOS}{video_id}/")):
            return video_id
    return None


def _write(store: ObjectStore, mark: Mark, *, overwrite: bool) -> None:
    store.write_marker(mark.text(), overwrite=overwrite)
    if read_mark(store) != mark:
        raise StoreRefused(f"another installation has just taken {store.place}; {_ADOPT}")
