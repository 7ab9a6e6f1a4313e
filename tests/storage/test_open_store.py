from __future__ import annotations

from pathlib import Path

import pytest

from heaters.domain.errors import InvalidConfiguration
from heaters.storage.local import LocalStore
from heaters.storage.store import open_store


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "file://localhost{}"])
def test_a_file_address_opens_that_folder_and_makes_it(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "new folder ä" / "objects"

    store = open_store(form.format(folder))
    store.put_bytes("videos/1/a.mp4", b"x")

    assert isinstance(store, LocalStore)
    assert (folder / "videos/1/a.mp4").read_bytes() == b"x"


def test_a_folder_named_by_its_uri_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "what? 100% #1"

    open_store(folder.as_uri())

    assert folder.is_dir()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "objects",
        "/objects",
        "file:objects",
        "file://host/objects",
        "file:/objects?x",
        "file:/objects#x",
        "s3:",
        "s3:///prefix",
        "gs://bucket/prefix",
    ],
)
def test_what_is_no_storage_address_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(InvalidConfiguration, match=r"not a storage address: .*\(write "):
        open_store(url)


def test_what_is_no_endpoint_address_is_refused() -> None:
    with pytest.raises(InvalidConfiguration, match=r"s3://bucket/: .*nonsense"):
        open_store("s3://bucket", s3_endpoint_url="nonsense")
