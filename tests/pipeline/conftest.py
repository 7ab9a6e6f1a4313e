"""Fixtures of pipeline tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.library import Library, open_library


@pytest.fixture
def library(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, redis_url: str
) -> Iterator[Library]:
    """An empty library over the test servers; its parameter is a dict of other settings."""
    settings = getattr(request, "param", {})
    with open_library(tmp_path / "data", database_url, redis_url, **settings) as opened:
        yield opened
