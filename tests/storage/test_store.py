"""What every store does. Each test runs over a local folder and over S3 by HTTP."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heaters.domain.errors import NotFound
from heaters.storage.errors import InvalidKey, ObjectExists, StorageFull
from heaters.storage.range_file import READ_AHEAD_BYTES, open_object
from heaters.storage.store import ObjectStore, as_local_file
from tests.storage.conftest import Place, no_file_above

MIB = 1 << 20
KEY = "videos/7/proxy-0123456789abcdef.mp4"
CENTURY_S = 100 * 365 * 86400
SIZES = [
    pytest.param(0, id="empty"),
    pytest.param(1, id="one byte"),
    pytest.param(8 * MIB, id="exactly one part"),
    pytest.param(20 * MIB + 1, id="several parts"),
]
FileOf = Callable[[int], Path]


class Stop(Exception):
    """What a test's progress callback raises to interrupt a transfer."""


def keys_in(store: ObjectStore, prefix: str = "") -> set[str]:
    return {found.key for found in store.list_objects(prefix)}


@pytest.mark.parametrize("size_bytes", SIZES)
def test_a_file_comes_back_as_it_was_put_and_progress_counts_its_bytes(
    store: ObjectStore, file_of: FileOf, tmp_path: Path, size_bytes: int
) -> None:
    path, copy = file_of(size_bytes), tmp_path / "copy.mp4"
    put_progress: list[int] = []
    got_progress: list[int] = []

    assert store.put_file(KEY, path, on_progress=put_progress.append) == size_bytes
    store.get_file(KEY, copy, on_progress=got_progress.append)

    assert copy.read_bytes() == path.read_bytes() == store.get_bytes(KEY)
    for progress in (put_progress, got_progress):
        assert progress == sorted(set(progress))
        assert not size_bytes or progress[-1] == size_bytes
        assert size_bytes <= 8 * MIB or len(progress) > 1


def test_a_put_file_stays_where_it_was_unless_it_is_given_away(
    store: ObjectStore, file_of: FileOf
) -> None:
    kept, given = file_of(100), file_of(101)

    store.put_file("videos/1/kept.mp4", kept)
    store.put_file("videos/1/given.mp4", given, consume=True)

    assert kept.exists()
    assert not given.exists()
    assert store.stat("videos/1/given.mp4").size_bytes == 101


def test_a_file_given_away_is_still_there_if_it_could_not_be_stored(
    store: ObjectStore, file_of: FileOf
) -> None:
    path = file_of(100)
    store.put_bytes(KEY, b"first")

    with pytest.raises(ObjectExists):
        store.put_file(KEY, path, consume=True, overwrite=False)

    assert path.stat().st_size == 100


@pytest.mark.parametrize("size_bytes", [10, 9 * MIB])
def test_a_put_that_must_not_overwrite_leaves_what_is_there(
    store: ObjectStore, file_of: FileOf, size_bytes: int
) -> None:
    path = file_of(size_bytes)
    store.put_file(KEY, path, overwrite=False)

    with pytest.raises(ObjectExists, match=KEY):
        store.put_bytes(KEY, b"second", overwrite=False)
    with pytest.raises(ObjectExists, match=KEY):
        store.put_file(KEY, file_of(size_bytes + 1), overwrite=False)

    assert store.get_bytes(KEY) == path.read_bytes()


def test_a_put_overwrites_and_changes_the_etag(store: ObjectStore) -> None:
    store.put_bytes(KEY, b"first")
    first = store.stat(KEY)
    store.put_bytes(KEY, b"other")
    second = store.stat(KEY)

    assert store.get_bytes(KEY) == b"other"
    assert first.etag != second.etag


def test_stat_and_list_agree_on_size_etag_and_time(store: ObjectStore, file_of: FileOf) -> None:
    store.put_file(KEY, file_of(12345))

    info = store.stat(KEY)

    assert list(store.list_objects()) == [info]
    assert (info.key, info.size_bytes) == (KEY, 12345)
    assert abs(datetime.now(UTC) - info.stored_at) < timedelta(minutes=1)


def test_a_file_given_away_counts_as_stored_now_however_old_it_is(
    store: ObjectStore, file_of: FileOf
) -> None:
    path = file_of(10)
    os.utime(path, (0, 0))

    store.put_file(KEY, path, consume=True)

    assert datetime.now(UTC) - store.stat(KEY).stored_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("start_byte", "end_byte"),
    [
        pytest.param(0, 100, id="first"),
        pytest.param(1_000_000, 2_200_000, id="middle, over a chunk's end"),
        pytest.param(3 * MIB - 10, None, id="suffix"),
        pytest.param(3 * MIB - 10, 99 * MIB, id="past the end"),
        pytest.param(3 * MIB, 99 * MIB, id="from the end"),
        pytest.param(4 * MIB, None, id="wholly outside"),
        pytest.param(7, 7, id="empty"),
        pytest.param(9, 7, id="backwards"),
        pytest.param(0, None, id="all"),
    ],
)
def test_a_range_is_what_a_slice_would_be(
    store: ObjectStore, file_of: FileOf, start_byte: int, end_byte: int | None
) -> None:
    path = file_of(3 * MIB)
    store.put_file(KEY, path)

    got = b"".join(store.read_range(KEY, start_byte, end_byte))

    assert got == path.read_bytes()[start_byte:end_byte]


@pytest.mark.parametrize("end_byte", [None, 0, 5])
def test_a_range_of_a_missing_object_is_refused_before_the_first_chunk(
    store: ObjectStore, end_byte: int | None
) -> None:
    with pytest.raises(NotFound, match=KEY):
        store.read_range(KEY, 0, end_byte)


def test_a_missing_object_is_named_by_whatever_needs_it(store: ObjectStore, tmp_path: Path) -> None:
    assert not store.exists(KEY)
    with pytest.raises(NotFound, match=KEY):
        store.stat(KEY)
    with pytest.raises(NotFound, match=KEY):
        store.get_file(KEY, tmp_path / "copy")
    with pytest.raises(NotFound, match=KEY), as_local_file(store, KEY, tmp_path):
        pass
    assert not (tmp_path / "copy").exists()


def test_a_missing_source_file_is_named(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.mp4"):
        store.put_file(KEY, tmp_path / "gone.mp4")
    assert not store.exists(KEY)


def test_an_interrupted_put_leaves_nothing(store: ObjectStore, file_of: FileOf) -> None:
    def stop(_done_bytes: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        store.put_file(KEY, file_of(20 * MIB), on_progress=stop)

    assert not keys_in(store)
    assert store.sweep(older_than_s=0) == 0


def test_an_interrupted_get_leaves_the_file_that_was_there(
    store: ObjectStore, file_of: FileOf, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(b"before")
    store.put_file(KEY, file_of(20 * MIB))

    def stop(_done_bytes: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        store.get_file(KEY, folder / "clip.mp4", on_progress=stop)

    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [
        ("clip.mp4", b"before")
    ]


def test_a_get_that_finds_no_room_leaves_nothing_and_says_how_much_is_needed(
    store: ObjectStore, file_of: FileOf, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    store.put_file(KEY, file_of(3 * MIB))

    with (
        no_file_above(MIB),
        pytest.raises(StorageFull, match=rf"no room for {3 * MIB} bytes in {folder}: free"),
    ):
        store.get_file(KEY, folder / "copy.mp4")

    assert not list(folder.iterdir())


def test_what_a_killed_writer_left_is_no_object_and_is_swept(place: Place, file_of: FileOf) -> None:
    program = """
import sys
from pathlib import Path
from heaters.storage.store import open_store
def hang(done_bytes):
    print(done_bytes, flush=True)
    sys.stdin.read()
url, endpoint_url, key, path = sys.argv[1:]
open_store(url, s3_endpoint_url=endpoint_url or None).put_file(key, Path(path), on_progress=hang)
"""
    arguments = [place.url, place.endpoint_url or "", KEY, str(file_of(20 * MIB))]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        assert 0 < int(writer.stdout.readline()) < 20 * MIB
        writer.kill()

    store = place.open()
    assert not keys_in(store)
    assert store.sweep(older_than_s=CENTURY_S) == 0
    assert store.sweep(older_than_s=0) == 1
    assert store.sweep(older_than_s=0) == 0


def test_concurrent_puts_of_one_key_leave_one_whole_object(
    store: ObjectStore, tmp_path: Path
) -> None:
    contents = [bytes([number]) * (9 * MIB) for number in range(4)]
    paths = [tmp_path / f"{number}.mp4" for number in range(4)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)

    with ThreadPoolExecutor(len(paths)) as pool:
        list(pool.map(lambda path: store.put_file(KEY, path), paths))

    assert store.get_bytes(KEY) in contents
    assert store.sweep(older_than_s=0) == 0


def test_an_object_is_read_to_its_end_while_another_takes_its_name(
    store: ObjectStore, file_of: FileOf
) -> None:
    path = file_of(3 * MIB)
    store.put_file(KEY, path)
    chunks = store.read_range(KEY)
    first = next(chunks)

    store.put_bytes(KEY, b"second")

    assert first + b"".join(chunks) == path.read_bytes()


def test_deleting_is_idempotent_and_takes_any_number(store: ObjectStore) -> None:
    for name in "abc":
        store.put_bytes(f"videos/1/{name}.jpg", b"x")

    store.delete("videos/1/a.jpg")
    store.delete("videos/1/a.jpg", "videos/1/b.jpg", "videos/2/never-was.jpg")
    store.delete()

    assert keys_in(store) == {"videos/1/c.jpg"}


def test_more_objects_than_one_answer_holds_are_all_listed_and_deleted(store: ObjectStore) -> None:
    keys = {f"videos/1/keyframes/{number}.jpg" for number in range(1005)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put_bytes(key, b"x"), keys))

    assert keys_in(store) == keys
    store.delete(*keys)
    assert not keys_in(store)


def test_listing_a_folder_names_what_is_below_it_and_nothing_else(store: ObjectStore) -> None:
    for key in ("videos/1/a.mp4", "videos/1/clips/b.mp4", "videos/12/c.mp4", "originals/d.mp4"):
        store.put_bytes(key, b"x")

    assert keys_in(store, "videos/1/") == {"videos/1/a.mp4", "videos/1/clips/b.mp4"}
    assert keys_in(store, "videos/3/") == set()
    with pytest.raises(InvalidKey, match="folder"):
        keys_in(store, "videos/1")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/videos/1/a.mp4",
        "../a.mp4",
        "videos/../../a.mp4",
        "videos/./a.mp4",
        "videos//a.mp4",
        "videos/1/",
        "videos\\1\\a.mp4",
        "videos/1/a\0.mp4",
        "videos/1/a.mp4\n",
        "videos/1/ä.mp4",
        "videos/1/A.mp4",
        "videos/1/a b.mp4",
        "videos/1/a?b.mp4",
        "videos/1/%2e%2e.mp4",
        ".incoming/a.mp4",
        "~/a.mp4",
        "C:/a.mp4",
        "a" * 101,
    ],
)
def test_odd_keys_are_refused_by_every_method(store: ObjectStore, tmp_path: Path, key: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.put_bytes(key, b"x"),
        lambda: store.put_file(key, Path(__file__)),
        lambda: store.get_file(key, tmp_path / "copy"),
        lambda: store.read_range(key),
        lambda: store.stat(key),
        lambda: store.exists(key),
        lambda: store.delete(key),
    ]
    for call in calls:
        with pytest.raises(InvalidKey):
            call()


def test_as_local_file_gives_the_object_and_leaves_no_copy(
    store: ObjectStore, file_of: FileOf, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    content = file_of(100).read_bytes()
    store.put_bytes(KEY, content)

    with as_local_file(store, KEY, scratch) as path:
        assert path.read_bytes() == content
        assert path.suffix == ".mp4"
        assert path == store.local_path(KEY) or path.is_relative_to(scratch)

    assert not list(scratch.iterdir())
    assert store.get_bytes(KEY) == content


def test_an_open_object_reads_and_seeks_as_a_file_does(store: ObjectStore, file_of: FileOf) -> None:
    path = file_of(3 * MIB + 7)
    store.put_file(KEY, path)
    moves = random.Random(5)

    with path.open("rb") as expected, open_object(store, KEY) as file:
        for _ in range(60):
            offset, whence = moves.choice(
                [
                    (moves.randrange(4 * MIB), 0),
                    (moves.randrange(1000), 1),
                    (-moves.randrange(9), 2),
                ]
            )
            assert file.seek(offset, whence) == expected.seek(offset, whence) == file.tell()
            count = moves.choice([1, 1000, READ_AHEAD_BYTES, 2 * MIB])
            assert file.read(count) == expected.read(count)
        expected.seek(0)
        file.seek(0)
        assert file.read() == expected.read()
