"""A command whose database is away ends with one line, and shows no SQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.proxy import Fault, proxy_to


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.HANGING, Fault.CUT_OFF])
def test_a_database_that_is_away_is_told_in_one_line(
    tmp_path: Path, database_url: str, redis_url: str, fault: Fault
) -> None:
    url = urlsplit(database_url)
    with proxy_to(url.hostname or "", url.port or 0) as proxy:
        proxy.set(fault)
        done = subprocess.run(
            [sys.executable, "-m", "heaters", "clips"],
            env=os.environ
            | {
                "HEATERS_DATA_DIR": str(tmp_path),
                "HEATERS_DATABASE_URL": database_url.replace(f":{url.port}/", f":{proxy.port}/"),
                "HEATERS_REDIS_URL": redis_url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("heaters: the database does not answer; try again in a moment (")
    assert url.password
    assert url.password not in done.stderr
    assert "SELECT" not in done.stderr
