"""What only a folder can get wrong."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from heaters.domain.errors import InvalidConfiguration, NotFound
from heaters.storage.disk import disk_errors
from heaters.storage.errors import InvalidKey, ObjectExists, StorageFull
from heaters.storage.local import LocalStore
from tests.storage.conftest import no_file_above

KEY = "videos/7/proxy-0123456789abcdef.mp4"
FileOf = Callable[[int], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(folder: Path) -> LocalStore:
    return LocalStore(folder)


@contextmanager
def nothing_may_be_written(folder: Path) -> Iterator[None]:
    """Take the right to write in ``folder`` away; from root, to whom no right matters, root."""
    user = os.geteuid()
    folder.chmod(0o555)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def test_the_file_of_an_object_is_read_in_place(store: LocalStore, folder: Path) -> None:
    store.put_bytes(KEY, b"content")

    assert store.local_path(KEY) == folder / KEY
    assert (folder / KEY).read_bytes() == b"content"
    assert store.presign(KEY, 60) is None
    with pytest.raises(NotFound):
        store.local_path("videos/7/other.mp4")


def test_a_folder_is_no_object(store: LocalStore) -> None:
    store.put_bytes(KEY, b"content")

    assert not store.exists("videos/7")
    assert not store.exists(f"{KEY}/below")
    store.delete("videos/7")
    assert store.exists(KEY)


def test_a_file_given_away_is_moved_and_not_copied(store: LocalStore, file_of: FileOf) -> None:
    path = file_of(1000)
    inode = path.stat().st_ino

    store.put_file(KEY, path, consume=True)

    assert store.local_path(KEY).stat().st_ino == inode
    assert store.local_path(KEY).stat().st_nlink == 1


def test_a_file_given_away_from_another_file_system_is_copied(store: LocalStore) -> None:
    elsewhere = Path(f"/dev/shm/heaters-test-{os.getpid()}")
    elsewhere.write_bytes(b"content")

    store.put_file(KEY, elsewhere, consume=True)

    assert store.get_bytes(KEY) == b"content"
    assert not elsewhere.exists()


def test_the_target_of_a_symbolic_link_given_away_is_stored_and_kept(
    store: LocalStore, file_of: FileOf, tmp_path: Path
) -> None:
    target = file_of(10)
    link = tmp_path / "link.mp4"
    link.symlink_to(target)

    store.put_file(KEY, link, consume=True)

    assert store.get_bytes(KEY) == target.read_bytes()
    assert not store.local_path(KEY).is_symlink()
    assert not link.is_symlink()


def test_of_concurrent_puts_that_must_not_overwrite_one_wins(store: LocalStore) -> None:
    def put(number: int) -> int:
        try:
            store.put_bytes(KEY, bytes([number]) * 100_000, overwrite=False)
        except ObjectExists:
            return 0
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(put, range(1, 33)) if number]

    assert len(winners) == 1
    assert store.get_bytes(KEY) == bytes(winners) * 100_000


def test_links_that_lead_out_of_the_folder_are_neither_followed_nor_listed(
    store: LocalStore, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.mp4").write_bytes(b"secret")
    (folder / "linked").symlink_to(outside)
    (folder / "file.mp4").symlink_to(outside / "secret.mp4")

    for key in ("linked/secret.mp4", "file.mp4"):
        with pytest.raises(InvalidKey, match="symbolic link"):
            store.read_range(key)
        with pytest.raises(InvalidKey, match="symbolic link"):
            store.put_bytes(key, b"overwritten")
        with pytest.raises(InvalidKey, match="symbolic link"):
            store.delete(key)
    assert not list(store.list_objects())
    assert (outside / "secret.mp4").read_bytes() == b"secret"


def test_foreign_files_are_not_listed(store: LocalStore, folder: Path) -> None:
    store.put_bytes(KEY, b"x")
    (folder / "videos" / ".DS_Store").touch()
    (folder / "videos" / "Thumbs.db").touch()

    assert [found.key for found in store.list_objects()] == [KEY]


def test_a_put_that_finds_no_room_leaves_nothing_and_says_how_much_is_needed(
    store: LocalStore, folder: Path, file_of: FileOf
) -> None:
    path = file_of(3 << 20)

    with no_file_above(1 << 20), pytest.raises(StorageFull) as refusal:
        store.put_file(KEY, path)

    assert str(refusal.value) == (
        f"no room for {3 << 20} bytes in {folder}: free some space and try again"
    )
    assert not list(store.list_objects())
    assert store.sweep(older_than_s=0) == 0


def test_a_file_given_away_needs_no_room(store: LocalStore, file_of: FileOf) -> None:
    path = file_of(3 << 20)

    with no_file_above(1 << 20):
        store.put_file(KEY, path, consume=True)

    assert store.stat(KEY).size_bytes == 3 << 20


def test_a_full_device_is_a_full_store() -> None:
    with (
        pytest.raises(StorageFull, match="no room for more in /dev") as refusal,
        disk_errors(Path("/dev")),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x")
    assert isinstance(refusal.value.__cause__, OSError)
    assert refusal.value.__cause__.errno == errno.ENOSPC
    assert refusal.value.heals


def test_a_folder_that_may_not_be_written_to_is_named(store: LocalStore, folder: Path) -> None:
    with (
        nothing_may_be_written(folder / ".incoming"),
        pytest.raises(InvalidConfiguration, match=r"no permission for .*objects"),
    ):
        store.put_bytes(KEY, b"x")


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InvalidConfiguration, match=r"not a folder: .*file"):
            LocalStore(folder)
