"""Whose a store is: a database works with the store that carries its id, and with no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from heaters.models import Artifact
from heaters.services.installation import (
    StoreRefused,
    adopt_store,
    claim_store,
    look_at_store,
    require_ours,
)
from heaters.storage.keys import new_token, proxy_key
from heaters.storage.store import ObjectStore
from tests.support.desk import Desk
from tests.support.servers import RunningServers, drop_database, fresh_database


@pytest.fixture
def desks(servers: RunningServers) -> Iterator[Callable[[], Desk]]:
    """Make a database of its own, with a library of one video if that is asked for."""
    opened: list[Desk] = []

    def make() -> Desk:
        opened.append(Desk(fresh_database(servers)))
        return opened[-1]

    yield make
    for desk in opened:
        url = desk.database.engine.url.render_as_string(hide_password=False)
        desk.database.close()
        drop_database(servers, url)


def fill(desk: Desk, store: ObjectStore) -> None:
    """Store an object for every row, as the version before stores were marked did."""
    with desk.database.unit_of_work() as uow:
        for key in uow.session.exec(select(Artifact.key)).all():
            store.put_bytes(key, b"x")


def test_an_empty_store_is_marked_and_known_again(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    assert store.read_marker() is None
    claim_store(desk.database, store)
    assert store.read_marker() == look_at_store(desk.database, store).installation
    desk.video(100)
    fill(desk, store)
    claim_store(desk.database, store)
    require_ours(desk.database, store)
    assert ".heaters" not in {info.key.split("/")[0] for info in store.list_objects()}


def test_another_installation_is_refused_until_it_adopts_the_store(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    first, second = desks(), desks()
    claim_store(first.database, store)
    with pytest.raises(StoreRefused, match=r"belongs to another installation.*heaters adopt"):
        claim_store(second.database, store)
    adopt_store(second.database, store)
    claim_store(second.database, store)
    with pytest.raises(StoreRefused, match="another installation"):
        claim_store(first.database, store)
    with pytest.raises(StoreRefused, match="no longer belongs"):
        require_ours(first.database, store)


@pytest.mark.parametrize("name", ["thesis.pdf", proxy_key(7, "0123456789abcdef")])
def test_a_store_that_holds_something_unknown_is_refused(
    store: ObjectStore, desks: Callable[[], Desk], name: str
) -> None:
    store.put_bytes(name, b"mine")
    desk = desks()
    with pytest.raises(StoreRefused, match="does not know"):
        claim_store(desk.database, store)
    assert store.read_marker() is None
    found = look_at_store(desk.database, store)
    assert (found.seen, found.ours, found.marker) == (1, 0, None)


def test_a_store_that_was_used_before_stores_were_marked_is_marked(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    for _ in range(4):
        desk.video(100)
    fill(desk, store)
    store.put_bytes(proxy_key(9, new_token()), b"left by a killed job")
    store.put_bytes("thesis.pdf", b"put there by a person")
    claim_store(desk.database, store)
    assert store.read_marker() == look_at_store(desk.database, store).installation


def test_a_store_that_two_installations_have_used_is_nobodys(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    both = desks(), desks()
    for desk in both:
        desk.video(100)
        fill(desk, store)
    for desk in both:
        with pytest.raises(StoreRefused, match="does not know"):
            claim_store(desk.database, store)


def test_an_empty_store_is_no_store_of_a_library_that_has_files(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    desk.video(100)
    with pytest.raises(StoreRefused, match=r"is empty.*HEATERS_STORAGE_URL.*mounted"):
        claim_store(desk.database, store)


def test_a_damaged_marker_is_nobodys(store: ObjectStore, desks: Callable[[], Desk]) -> None:
    desk = desks()
    store.write_marker("", overwrite=True)
    with pytest.raises(StoreRefused):
        claim_store(desk.database, store)


def test_of_two_installations_that_start_at_once_one_gets_the_store(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    both = [desks(), desks()]

    def claim(desk: Desk) -> bool:
        try:
            claim_store(desk.database, store)
        except StoreRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(claim, both * 4))
    assert sorted({claimed[0::2] == [True] * 4, claimed[1::2] == [True] * 4}) == [False, True]
    assert sum(claimed) == 4
