from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which shipped models are built once for all tests of this process."""
    return tmp_path_factory.mktemp("models")
