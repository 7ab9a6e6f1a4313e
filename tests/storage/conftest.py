from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from heaters.storage.store import ObjectStore, open_store
from tests.support.s3 import CREDENTIALS, S3Endpoint, s3_endpoint


@dataclass(frozen=True)
class Place:
    """Where a store is, for tests that open it again: in another process, or broken."""

    url: str
    endpoint_url: str | None

    def open(self) -> ObjectStore:
        return open_store(self.url, s3_endpoint_url=self.endpoint_url)


@contextmanager
def no_file_above(size_bytes: int) -> Iterator[None]:
    """Let this process write no longer files: the one full disk that any user can make anywhere."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="session")
def endpoint() -> Iterator[S3Endpoint]:
    with pytest.MonkeyPatch.context() as environment, s3_endpoint() as running:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        yield running


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "local":
        return Place((tmp_path / "objects").as_uri(), None)
    endpoint: S3Endpoint = request.getfixturevalue("endpoint")
    return Place(f"s3://{endpoint.new_bucket()}/some/prefix", endpoint.url)


@pytest.fixture
def store(place: Place) -> ObjectStore:
    return place.open()


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[int], Path]:
    """Make a file of so many random bytes."""

    def make(size_bytes: int) -> Path:
        path = tmp_path / f"{size_bytes}-bytes.mp4"
        path.write_bytes(os.urandom(size_bytes))
        return path

    return make
