from __future__ import annotations

from pathlib import Path

import pytest

from tests.media.sources import base_video


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A barcode video that others are made of; nobody writes to it."""
    return base_video(tmp_path_factory.mktemp("base"))
