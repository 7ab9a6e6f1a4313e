"""A PostgreSQL that is at hand at once, for tests that damage or restart one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from heaters.embedded import embedded_servers
from tests.support.servers import wait_until_stopped


@pytest.fixture(scope="session")
def created_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose PostgreSQL was created and stopped."""
    data_dir = tmp_path_factory.mktemp("created")
    with embedded_servers(data_dir, redis=False):
        pass
    wait_until_stopped(data_dir)
    return data_dir


@pytest.fixture
def created(created_once: Path, tmp_path: Path) -> Path:
    """A data folder of this test's own whose PostgreSQL was created and is stopped."""
    return Path(shutil.copytree(created_once, tmp_path / "data"))
