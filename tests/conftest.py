"""Fixtures for every test: real servers, started when the first test asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers import (
    RunningServers,
    drop_database,
    fresh_database,
    fresh_redis,
    running_servers,
)

pytest_plugins = ["tests.support.site"]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give one process of xdist all tests in a browser: it builds and serves the site once."""
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("site"))


@pytest.fixture(scope="session")
def servers() -> Iterator[RunningServers]:
    """PostgreSQL and Valkey of this test process (with xdist, of this worker)."""
    with running_servers() as running:
        yield running


@pytest.fixture
def database_url(servers: RunningServers) -> Iterator[str]:
    """A new empty database with the extensions, for SQLAlchemy; dropped after the test."""
    url = fresh_database(servers)
    yield url
    drop_database(servers, url)


@pytest.fixture
def redis_url(servers: RunningServers) -> str:
    """An empty Redis database."""
    return fresh_redis(servers)
