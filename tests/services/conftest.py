"""One database for all tests of services: each works on videos and reviewers of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.desk import Desk
from tests.support.servers import RunningServers, drop_database, fresh_database


@pytest.fixture(scope="session")
def services_database_url(servers: RunningServers) -> Iterator[str]:
    """The address of a database that the tests of services share."""
    url = fresh_database(servers)
    yield url
    drop_database(servers, url)


@pytest.fixture(scope="session")
def shared_desk(services_database_url: str) -> Iterator[Desk]:
    """The desk of that database."""
    desk = Desk(services_database_url)
    yield desk
    desk.database.close()


@pytest.fixture
def desk(shared_desk: Desk) -> Iterator[Desk]:
    """A desk whose whole database must be sound after each test."""
    shared_desk.sent.clear()
    yield shared_desk
    shared_desk.assert_sound()
