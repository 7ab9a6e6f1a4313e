"""What only S3 has or can get wrong."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heaters.domain.errors import ExternalFailure, InvalidConfiguration
from heaters.storage.errors import ObjectArchived
from heaters.storage.range_file import READ_AHEAD_BYTES, open_object
from heaters.storage.s3 import S3Store
from heaters.storage.store import ObjectInfo, ObjectStore, as_local_file, open_store
from tests.storage.cutting_proxy import cutting_proxy
from tests.support.s3 import S3Endpoint

MIB = 1 << 20
MASTER = "videos/7/master-0123456789abcdef.mkv"
PROXY = "videos/7/proxy-0123456789abcdef.mp4"
FileOf = Callable[[int], Path]


@pytest.fixture
def bucket(endpoint: S3Endpoint) -> str:
    return endpoint.new_bucket()


@pytest.fixture
def store(endpoint: S3Endpoint, bucket: str) -> ObjectStore:
    return open_store(f"s3://{bucket}/some/prefix", s3_endpoint_url=endpoint.url)


@pytest.fixture
def head(endpoint: S3Endpoint, bucket: str) -> Callable[[str], dict[str, str]]:
    """What the server itself says of a key."""
    return lambda key: endpoint.client.head_object(Bucket=bucket, Key=f"some/prefix/{key}")


@contextmanager
def rights_checked(endpoint: S3Endpoint) -> Iterator[None]:
    """Make the server ask for rights, which nobody has been given."""

    def allow(actions: bytes) -> None:
        urllib.request.urlopen(
            urllib.request.Request(
                f"{endpoint.url}/moto-api/reset-auth", actions, {"Content-Type": "text/plain"}
            )
        ).close()

    allow(b"0")
    try:
        yield
    finally:
        allow(b"inf")


@pytest.mark.parametrize("size_bytes", [100, 9 * MIB])
def test_masters_are_archived_and_all_else_is_at_hand(
    store: ObjectStore, file_of: FileOf, head: Callable[[str], dict[str, str]], size_bytes: int
) -> None:
    store.put_file(MASTER, file_of(size_bytes), archive=True)
    store.put_file(PROXY, file_of(size_bytes))

    assert head(MASTER)["StorageClass"] == "GLACIER"
    assert head(MASTER)["ContentType"] == "video/x-matroska"
    assert head(PROXY).get("StorageClass", "STANDARD") == "STANDARD"
    assert head(PROXY)["ContentType"] == "video/mp4"


def test_storage_classes_are_those_that_are_configured(
    endpoint: S3Endpoint, bucket: str, file_of: FileOf, head: Callable[[str], dict[str, str]]
) -> None:
    store = open_store(
        f"s3://{bucket}/some/prefix",
        s3_endpoint_url=endpoint.url,
        s3_storage_class="STANDARD_IA",
        s3_master_storage_class="DEEP_ARCHIVE",
    )
    store.put_file(MASTER, file_of(10), archive=True)
    store.put_bytes(PROXY, b"x")

    assert head(MASTER)["StorageClass"] == "DEEP_ARCHIVE"
    assert head(PROXY)["StorageClass"] == "STANDARD_IA"


def test_reading_an_archived_object_is_refused_until_it_is_restored(
    store: ObjectStore, endpoint: S3Endpoint, bucket: str, file_of: FileOf, tmp_path: Path
) -> None:
    path = file_of(9 * MIB)
    store.put_file(MASTER, path, archive=True)
    assert store.exists(MASTER)

    reads: list[Callable[[], object]] = [
        lambda: store.read_range(MASTER),
        lambda: store.get_file(MASTER, tmp_path / "copy"),
        lambda: as_local_file(store, MASTER, tmp_path).__enter__(),
        lambda: open_object(store, MASTER).read(1),
    ]
    for read in reads:
        with pytest.raises(ObjectArchived, match=f"{MASTER} is archived .*GLACIER.*restore"):
            read()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]

    endpoint.client.restore_object(
        Bucket=bucket, Key=f"some/prefix/{MASTER}", RestoreRequest={"Days": 1}
    )
    assert store.get_bytes(MASTER) == path.read_bytes()


def test_a_file_goes_up_in_parts_above_eight_mebibytes_and_whole_below(
    store: ObjectStore, file_of: FileOf
) -> None:
    store.put_file("videos/1/whole.mp4", file_of(8 * MIB))
    store.put_file("videos/1/parts.mp4", file_of(8 * MIB + 1))

    assert store.stat("videos/1/whole.mp4").etag.endswith('"')
    assert store.stat("videos/1/parts.mp4").etag.endswith('-2"')
    assert "-" not in store.stat("videos/1/whole.mp4").etag


def test_a_presigned_address_serves_ranges_to_whoever_has_no_credentials(
    store: ObjectStore, file_of: FileOf
) -> None:
    path = file_of(1000)
    store.put_file(PROXY, path)
    url = store.presign(PROXY, expires_s=60)
    assert url
    assert "X-Amz-Expires=60" in url

    request = urllib.request.Request(url, headers={"Range": "bytes=10-19"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == "bytes 10-19/1000"
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.read() == path.read_bytes()[10:20]


def test_objects_of_others_in_the_bucket_are_out_of_sight(
    store: ObjectStore, endpoint: S3Endpoint, bucket: str
) -> None:
    store.put_bytes(PROXY, b"x")
    for key in ("elsewhere.mp4", "some/prefix-2/a.mp4", "some/prefix/", "some/prefix/A B.mp4"):
        endpoint.client.put_object(Bucket=bucket, Key=key, Body=b"")

    assert [found.key for found in store.list_objects()] == [PROXY]
    whole_bucket = open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url)
    assert {found.key for found in whole_bucket.list_objects()} == {
        "elsewhere.mp4",
        "some/prefix-2/a.mp4",
        f"some/prefix/{PROXY}",
    }


def test_a_broken_connection_is_taken_up_where_it_broke(
    endpoint: S3Endpoint, bucket: str, file_of: FileOf
) -> None:
    path = file_of(3 * MIB)
    open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url).put_file(PROXY, path)

    with cutting_proxy(endpoint.url, [MIB, MIB, 700]) as broken_url:
        store = open_store(f"s3://{bucket}", s3_endpoint_url=broken_url)
        got = b"".join(store.read_range(PROXY, 5, 3 * MIB - 5))

    assert got == path.read_bytes()[5:-5]


def test_a_connection_that_breaks_every_time_is_an_external_failure(
    endpoint: S3Endpoint, bucket: str, file_of: FileOf, tmp_path: Path
) -> None:
    open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url).put_file(PROXY, file_of(3 * MIB))

    with cutting_proxy(endpoint.url, [0] * 100) as broken_url:
        store = open_store(f"s3://{bucket}", s3_endpoint_url=broken_url)
        with pytest.raises(ExternalFailure, match=f"{PROXY} broke off") as failure:
            store.get_file(PROXY, tmp_path / "copy")

    assert failure.value.heals
    assert not (tmp_path / "copy").exists()


def test_two_objects_are_not_mixed_up_when_a_connection_breaks_between_them(
    endpoint: S3Endpoint, bucket: str, file_of: FileOf
) -> None:
    whole = open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url)
    whole.put_file(PROXY, file_of(3 * MIB))

    with cutting_proxy(endpoint.url, [2 * MIB]) as broken_url:
        chunks = open_store(f"s3://{bucket}", s3_endpoint_url=broken_url).read_range(PROXY)
        next(chunks)
        whole.put_file(PROXY, file_of(3 * MIB))
        with pytest.raises(ExternalFailure, match=f"{PROXY} was replaced while it was read"):
            list(chunks)


def test_two_objects_are_not_mixed_up_when_one_is_replaced_between_parts(
    store: ObjectStore, file_of: FileOf, tmp_path: Path
) -> None:
    path = file_of(9 * MIB)
    store.put_file(PROXY, path)

    class ReplacedOnceSeen(S3Store):
        def stat(self, key: str) -> ObjectInfo:
            info = super().stat(key)
            store.put_file(key, file_of(9 * MIB))
            return info

    store.__class__ = ReplacedOnceSeen
    with pytest.raises(ExternalFailure, match="replaced while it was read"):
        store.get_file(PROXY, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_an_open_object_fetches_little_more_than_what_is_read(
    endpoint: S3Endpoint, bucket: str, store: ObjectStore, file_of: FileOf
) -> None:
    path = file_of(20 * MIB)
    store.put_file(PROXY, path)
    asked_bytes: list[int] = []

    class CountingStore(S3Store):
        def read_range(
            self, key: str, start_byte: int = 0, end_byte: int | None = None
        ) -> Iterator[bytes]:
            assert end_byte is not None
            asked_bytes.append(end_byte - start_byte)
            return super().read_range(key, start_byte, end_byte)

    store.__class__ = CountingStore
    with open_object(store, PROXY) as file:
        for position in (0, 15 * MIB, 15 * MIB + 1000, 7 * MIB):
            file.seek(position)
            assert file.read(100) == path.read_bytes()[position : position + 100]

    assert asked_bytes == [READ_AHEAD_BYTES] * 3


def test_an_endpoint_that_nobody_listens_on_is_an_external_failure(
    endpoint: S3Endpoint, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    store = open_store("s3://bucket/prefix", s3_endpoint_url=f"http://127.0.0.1:{port}")

    with pytest.raises(ExternalFailure, match=r"s3://bucket/prefix: .*127\.0\.0\.1") as failure:
        store.put_bytes(PROXY, b"x")
    assert failure.value.heals
    assert "\n" not in str(failure.value)


def test_a_missing_bucket_is_named(endpoint: S3Endpoint) -> None:
    store = open_store("s3://no-such-bucket", s3_endpoint_url=endpoint.url)

    with pytest.raises(InvalidConfiguration, match=r"s3://no-such-bucket/: .*does not exist"):
        store.put_bytes(PROXY, b"x")
    with pytest.raises(InvalidConfiguration, match="no-such-bucket"):
        list(store.list_objects())


def test_missing_credentials_are_a_configuration_error(
    store: ObjectStore, endpoint: S3Endpoint, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    nobody = open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url)

    for use in (lambda: nobody.put_bytes(PROXY, b"x"), lambda: nobody.presign(PROXY, 60)):
        with pytest.raises(InvalidConfiguration, match="credentials"):
            use()


def test_missing_rights_are_a_configuration_error(
    store: ObjectStore, endpoint: S3Endpoint, tmp_path: Path
) -> None:
    store.put_bytes(PROXY, b"x")
    uses: list[Callable[[], object]] = [
        lambda: store.put_bytes(PROXY, b"y"),
        lambda: store.read_range(PROXY),
        lambda: store.stat(PROXY),
        lambda: store.delete(PROXY),
        lambda: list(store.list_objects()),
    ]

    with rights_checked(endpoint):
        for use in uses:
            with pytest.raises(InvalidConfiguration, match=r"check the .*rights") as refusal:
                use()
            assert not refusal.value.heals
    assert store.get_bytes(PROXY) == b"x"
