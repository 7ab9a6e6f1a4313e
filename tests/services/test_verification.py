"""The store and the rows are gone through side by side: what is missing, and what is left over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from heaters.models import Artifact, ArtifactKind, Leftover
from heaters.repositories.invariants import Finding
from heaters.services import invariants
from heaters.services.invariants import MISSING, Verification, verify
from heaters.storage.keys import clip_export_key, master_key, new_token, original_key
from heaters.storage.local import LocalStore
from heaters.storage.store import ObjectInfo
from tests.support.clock import set_database_clock, utc_now
from tests.support.desk import Desk


class Place:
    """A database of its own and a folder of objects, one for every row that names one."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.desk = Desk(database_url)
        self.store = LocalStore(folder)

    def fill(self) -> None:
        for key in self.keys():
            self.store.put_bytes(key, b"x")

    def keys(self) -> list[str]:
        with self.desk.database.unit_of_work() as uow:
            return sorted(uow.session.exec(select(Artifact.key)))

    def verify(self, found: Verification | None = None, steps: int | None = None) -> Verification:
        found = found or Verification()
        run = verify(self.desk.database, self.store, found, record=True, stopped=threading.Event())
        for _ in islice(run, steps):
            pass
        return found

    def leftovers(self) -> dict[str, Leftover]:
        with self.desk.database.unit_of_work() as uow:
            return {found.key: found for found in uow.session.exec(select(Leftover))}


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    opened = Place(database_url, tmp_path / "objects")
    for _ in range(3):
        opened.desk.video(100, [50])
    opened.fill()
    with closing(opened.desk.database):
        yield opened


@pytest.fixture(params=[2, 5000], ids=["two keys a step", "all in one step"])
def stretch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(invariants, "_STRETCH", request.param)
    return request.param


@pytest.fixture
def later(place: Place) -> Callable[[], None]:
    """Give the function that moves the database's clock on by two days."""
    return lambda: set_database_clock(place.desk.database, timedelta(days=2))


def retire(place: Place, key: str) -> None:
    with place.desk.database.unit_of_work() as uow:
        uow.session.exec(
            update(Artifact).where(col(Artifact.key) == key).values(retired_at=utc_now())
        )


def test_a_store_as_the_rows_have_it_is_in_order(place: Place, stretch: int):
    found = place.verify()
    assert (found.finding_count, found.leftovers, found.objects) == (0, 0, 9)
    assert found.size_bytes == 9


def test_what_is_missing_is_named(place: Place, stretch: int):
    first, *_, last = place.keys()
    place.store.delete(first, last)
    found = place.verify()
    assert found.list_findings() == [
        Finding(MISSING, key, "the object is missing") for key in (first, last)
    ]


def test_an_empty_store_is_told_of_in_few_words(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(invariants, "MAX_FINDINGS", 4)
    place.store.delete(*place.keys())
    found = place.verify()
    assert found.finding_count == 9
    assert [finding.where for finding in found.list_findings()] == [*place.keys()[:4], "more"]


def test_files_that_may_be_gone_already_are_not_missed(place: Place, stretch: int):
    key = place.keys()[4]
    retire(place, key)
    place.store.delete(key)
    assert MISSING not in place.verify().counts


def test_leftovers_are_written_down_with_the_time_they_were_first_seen(
    place: Place, stretch: int, later: Callable[[], None]
):
    keys = {clip_export_key(1, 1, new_token()), original_key(new_token(), ".mov")}
    for key in keys:
        place.store.put_bytes(key, b"left")
    assert place.verify().leftovers == 0
    later()
    found = place.verify()
    assert (found.finding_count, found.leftovers, found.leftover_bytes) == (0, 2, 8)
    first = place.leftovers()
    assert set(first) == keys
    place.verify()
    assert {k: v.first_seen_at for k, v in place.leftovers().items()} == {
        k: v.first_seen_at for k, v in first.items()
    }


def test_what_is_deleted_or_named_after_all_is_left_over_no_longer(
    place: Place, stretch: int, later: Callable[[], None]
):
    named, deleted = original_key(new_token(), ".mov"), clip_export_key(9, 1, new_token())
    for key in (named, deleted):
        place.store.put_bytes(key, b"left")
    later()
    place.verify()
    assert len(place.leftovers()) == 2
    place.store.delete(deleted)
    with place.desk.database.unit_of_work() as uow:
        uow.session.add(Artifact(video_id=1, kind=ArtifactKind.ORIGINAL, key=named, size_bytes=4))
    assert place.verify().leftovers == 0
    assert place.leftovers() == {}


def test_masters_that_no_row_names_are_counted_by_themselves(
    place: Place, later: Callable[[], None]
):
    place.store.put_bytes(master_key(77, new_token(), ".mkv"), b"the only copy")
    later()
    found = place.verify()
    assert (found.masters, found.leftovers, found.finding_count) == (1, 0, 0)


@pytest.mark.parametrize(
    "name",
    [
        "holiday/2019.mp4",
        "thesis.pdf",
        "videos/7/proxy.mp4",
        "videos/7/proxy-0123456789abcdef.mkv",
        "videos/07/proxy-0123456789abcdef.mp4",
        "videos/7/proxy-0123456789abcde.mp4",
        "videos/7/clips/copy-of-3-0123456789abcdef.mp4",
        "originals/0123456789abcdef/backup.zip",
        "backup/originals/0123456789abcdef.mp4",
        "My Letter.doc",
    ],
)
def test_what_others_put_there_is_neither_damage_nor_left_over(
    place: Place, later: Callable[[], None], tmp_path: Path, name: str
):
    path = tmp_path / "objects" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mine")
    later()
    found = place.verify()
    assert (found.finding_count, found.leftovers, found.objects) == (0, 0, 9)
    assert place.leftovers() == {}


def test_a_check_that_was_cut_off_goes_on_where_it_stopped(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(invariants, "_STRETCH", 2)
    place.store.delete(place.keys()[1], place.keys()[7])
    whole = place.verify()
    for steps in range(1, 16):
        found = place.verify(Verification(**asdict(place.verify(steps=steps))))
        assert found == whole


class Busy(LocalStore):
    """A store in which something happens right after it was listed, or when it is asked."""

    after_listing: Callable[[], None] = staticmethod(lambda: None)
    when_asked: Callable[[], None] = staticmethod(lambda: None)

    def list_objects(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        yield from super().list_objects(prefix, after=after)
        self.after_listing()

    def exists(self, key: str) -> bool:
        found = super().exists(key)
        self.when_asked()
        return found


def test_a_file_stored_while_the_store_is_listed_is_not_missed(place: Place, tmp_path: Path):
    store = place.store = Busy(tmp_path / "objects")

    def store_one() -> None:
        place.desk.video(100)
        place.fill()

    store.after_listing = store_one
    assert place.verify().finding_count == 0


@pytest.mark.parametrize("moment", ["after_listing", "when_asked"])
def test_a_file_given_up_while_the_store_is_listed_is_not_missed(
    place: Place, tmp_path: Path, moment: str
):
    """A preprocess ends meanwhile: its original is retired, deleted and forgotten."""
    store = place.store = Busy(tmp_path / "objects")
    key = place.keys()[3]
    if moment == "when_asked":
        store.delete(key)  # deleted between listing and asking, the row is retired before that

    def give_up() -> None:
        retire(place, key)
        LocalStore.delete(store, key)

    setattr(store, moment, give_up)
    assert MISSING not in place.verify().counts


def test_no_transaction_is_open_while_the_store_is_listed(place: Place, tmp_path: Path):
    store = place.store = Busy(tmp_path / "objects")
    seen: list[int] = []

    def look() -> None:
        with place.desk.database.engine.connect() as connection:
            query = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND starts_with(state, 'idle in transaction')"""
            seen.append(connection.exec_driver_sql(query).scalar_one())

    store.after_listing = look
    place.verify()
    assert seen == [0]
