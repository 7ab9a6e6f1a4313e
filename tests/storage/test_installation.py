"""Whose a store is: a database works with the store that carries its mark, and with no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from sqlmodel import select

from heaters.models import Artifact
from heaters.services.installation import (
    StoreRefused,
    adopt_store,
    claim_store,
    look_at_store,
    own_mark,
    read_mark,
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
    assert read_mark(store) == own_mark(desk.database)
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
    assert (found.seen, found.ours, found.mark) == (1, 0, None)


def test_a_store_that_was_used_before_stores_were_marked_is_marked(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    for _ in range(4):
        desk.video(100)
    fill(desk, store)
    store.put_bytes("thesis.pdf", b"put there by a person")
    claim_store(desk.database, store)
    assert read_mark(store) == own_mark(desk.database)


def test_a_store_without_a_mark_that_holds_one_unknown_key_is_refused_until_it_is_adopted(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    for _ in range(4):
        desk.video(100)
    fill(desk, store)
    store.put_bytes(proxy_key(1, new_token()), b"left by a killed job, or another's")
    with pytest.raises(StoreRefused, match=r"does not know; `heaters adopt`"):
        claim_store(desk.database, store)
    adopt_store(desk.database, store)
    claim_store(desk.database, store)


def test_a_copy_of_a_database_is_refused_and_the_original_goes_on(
    store: ObjectStore, desks: Callable[[], Desk], servers: RunningServers
) -> None:
    original = desks()
    original.video(100)
    fill(original, store)
    claim_store(original.database, store)
    copy_url = copy_of(original, servers)
    copy = Desk(copy_url)
    try:
        with pytest.raises(StoreRefused, match=r"copied from: give the copy.*`heaters adopt`"):
            claim_store(copy.database, store)
        with pytest.raises(StoreRefused, match="no longer belongs"):
            require_ours(copy.database, store)
        claim_store(original.database, store)
        require_ours(original.database, store)
    finally:
        copy.database.close()
        drop_database(servers, copy_url)


def copy_of(desk: Desk, servers: RunningServers) -> str:
    """Copy a database within its cluster; return the copy's address."""
    url = desk.database.engine.url
    desk.database.engine.dispose()
    with psycopg.connect(servers.superuser_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER heaters TEMPLATE {}").format(
                sql.Identifier(f"{url.database}_copy"), sql.Identifier(url.database or "")
            )
        )
    return url.set(database=f"{url.database}_copy").render_as_string(hide_password=False)


def test_the_same_database_in_another_cluster_is_a_copy(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    there = replace(own_mark(desk.database), cluster="7300000000000000000")
    store.write_marker(there.text(), overwrite=True)
    with pytest.raises(StoreRefused, match="copied from"):
        claim_store(desk.database, store)


def test_a_role_that_may_not_read_the_cluster_works_by_id_and_database(
    store: ObjectStore, desks: Callable[[], Desk], servers: RunningServers
) -> None:
    desk = desks()
    with psycopg.connect(servers.superuser_dsn(desk.database.engine.url.database or "")) as owner:
        owner.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    assert own_mark(desk.database).cluster is None
    claim_store(desk.database, store)
    require_ours(desk.database, store)
    with pytest.raises(StoreRefused, match="another installation"):
        claim_store(desks().database, store)


def test_files_of_videos_that_a_restored_database_has_never_made_stop_every_delete(
    store: ObjectStore, desks: Callable[[], Desk]
) -> None:
    desk = desks()
    known = desk.video(100)
    fill(desk, store)
    claim_store(desk.database, store)
    store.put_bytes(f"videos/{known + 900}/holiday.mp4", b"put there by a person")
    store.put_bytes(proxy_key(2**40, new_token()), b"no id that a video could have")
    require_ours(desk.database, store)
    store.put_bytes(proxy_key(known + 9, new_token()), b"made since the backup")
    claim_store(desk.database, store)
    with pytest.raises(StoreRefused, match=rf"files of video {known + 9}, .*`heaters adopt`"):
        require_ours(desk.database, store)
    assert look_at_store(desk.database, store).unmade_video == known + 9
    adopt_store(desk.database, store)
    require_ours(desk.database, store)
    assert desk.video(100) == known + 10, "the ids of the lost videos are not given again"


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
    for text in ("", "7", "[]", '{"installation": 1}'):
        store.write_marker(text, overwrite=True)
        with pytest.raises(StoreRefused, match="another installation"):
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
