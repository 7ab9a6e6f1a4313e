"""S3 servers of other makes: everything works, and what they refuse is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest

from heaters.domain.errors import ExternalFailure, InvalidConfiguration
from heaters.storage.errors import NotDeleted, ObjectExists
from heaters.storage.store import open_store
from heaters.storage.trial import try_out
from tests.support.quirky_s3 import NOT_DELETED, QUIRKS, quirky
from tests.support.s3 import S3Endpoint

KEY = "videos/7/master-0123456789abcdef.mkv"


@pytest.mark.parametrize(
    "quirks", [(), *((name,) for name in QUIRKS), tuple(QUIRKS)], ids=", ".join
)
def test_a_server_of_another_make_keeps_objects_all_the_same(
    endpoint: S3Endpoint, file_of: Callable[[int], Path], tmp_path: Path, quirks: tuple[str, ...]
) -> None:
    path = file_of(9 << 20)
    posters = [f"videos/7/poster-{number:016x}.jpg" for number in range(3)]
    with quirky(endpoint.url, *quirks) as url:
        store = open_store(f"s3://{endpoint.new_bucket()}/library", s3_endpoint_url=url)
        store.put_file(KEY, path, archive=bool(quirks) and "storage classes" in quirks)
        for key in posters:
            store.put_bytes(key, key.encode(), overwrite=False)
        with pytest.raises(ObjectExists):
            store.put_bytes(posters[0], b"another", overwrite=False)
        assert b"".join(store.read_range(KEY, 5, 99)) == path.read_bytes()[5:99]
        for start_byte in (9 << 20, 10 << 20):
            assert b"".join(store.read_range(KEY, start_byte)) == b""
        store.get_file(KEY, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == path.read_bytes()
        assert {found.key for found in store.list_objects()} == {KEY, *posters}
        listed = store.list_objects(after=posters[0])
        assert [found.key for found in listed] == posters[1:]
        assert set(store.folders("videos/")) == {"7"}
        assert store.sweep(0) == 0
        store.delete(*posters)
        assert [found.key for found in store.list_objects()] == [KEY]


TOLD = {
    "checksums": "deletes of many objects",
    "no MD5": "deletes of many objects",
    "many deletes": "deletes of many objects",
    "storage classes": "storage classes",
    "conditions": "conditional writes",
    "lists of uploads": "lists of unfinished uploads",
}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_trial_says_what_the_server_refuses_and_leaves_nothing_behind(
    endpoint: S3Endpoint, quirk: str
) -> None:
    with quirky(endpoint.url, quirk) as url:
        store = open_store(f"s3://{endpoint.new_bucket()}/library", s3_endpoint_url=url)
        told = [line.partition(" (")[0] for line in try_out(store)]
        assert told == ([TOLD[quirk]] if quirk in TOLD else [])
        assert list(store.list_objects()) == []


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidRequest", "ObjectLocked", "Conflict"])
def test_of_objects_deleted_one_by_one_those_that_stay_are_named_and_the_rest_goes(
    endpoint: S3Endpoint, code: str
) -> None:
    keys = [f"videos/7/{name}.jpg" for name in ("a", "locked-1", "b", "locked-2", "c")]
    with quirky(endpoint.url, "many deletes", NOT_DELETED + code) as url:
        store = open_store(f"s3://{endpoint.new_bucket()}/library", s3_endpoint_url=url)
        for key in keys:
            store.put_bytes(key, b"x")
        with pytest.raises(NotDeleted) as refusal:
            store.delete(*keys)
        assert refusal.value.reasons == dict.fromkeys((keys[1], keys[3]), code)
        assert [found.key for found in store.list_objects()] == [keys[1], keys[3]]


@pytest.mark.parametrize("code", ["NoSuchBucket", "InvalidAccessKeyId", "ExpiredToken"])
def test_what_is_no_matter_of_one_object_ends_a_delete(endpoint: S3Endpoint, code: str) -> None:
    keys = ["videos/7/locked.jpg", "videos/7/other.jpg"]
    with quirky(endpoint.url, "many deletes", NOT_DELETED + code) as url:
        store = open_store(f"s3://{endpoint.new_bucket()}/library", s3_endpoint_url=url)
        for key in keys:
            store.put_bytes(key, b"x")
        with pytest.raises((InvalidConfiguration, ExternalFailure), match=code):
            store.delete(*keys)
        assert [found.key for found in store.list_objects()] == keys


def test_an_object_that_is_gone_already_is_deleted(endpoint: S3Endpoint) -> None:
    with quirky(endpoint.url, "many deletes", NOT_DELETED + "NoSuchKey") as url:
        store = open_store(f"s3://{endpoint.new_bucket()}/library", s3_endpoint_url=url)
        store.delete("videos/7/locked.jpg")


def test_a_presigned_address_gives_the_file_its_name(endpoint: S3Endpoint) -> None:
    store = open_store(f"s3://{endpoint.new_bucket()}", s3_endpoint_url=endpoint.url)
    store.put_bytes(KEY, b"clip")
    name = "título_8_0000078-0000196.mp4"
    address = store.presign(KEY, 60, name)
    assert address is not None
    with urlopen(address) as answer:
        assert (
            answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(name)}"
        )


@pytest.mark.parametrize("bucket", ["clips", "dotted.clips"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.usefixtures("endpoint")
def test_a_store_names_the_origin_that_its_addresses_lead_to(bucket: str, region: str) -> None:
    store = open_store(f"s3://{bucket}", s3_region=region)
    parts = urlsplit(store.presign(KEY, 60) or "")
    assert store.origin == f"{parts.scheme}://{parts.netloc}"
    assert "amazonaws.com" in parts.netloc
