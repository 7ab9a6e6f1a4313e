"""The site that all tests in a browser share, and the browser; a plugin of tests/conftest.py."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Playwright, expect

from heaters.config import Settings
from heaters.runtime import Runtime, open_runtime
from heaters.web import build_frontend, start_web, stop_web, web_address
from tests.support.browser import chromium_path
from tests.support.servers import wait_until_stopped

UPLOAD_MAX_BYTES = 512 << 20

expect.set_options(timeout=20_000)  # a busy machine is slow; what is right comes in the end


@dataclass(frozen=True)
class Site:
    """A running web process, and the runtime that it and the tests share."""

    runtime: Runtime
    process: subprocess.Popen[bytes]
    origin: str
    address: str

    @property
    def host(self) -> str:
        """Host and port, as in an address."""
        return self.origin.removeprefix("http://")

    @property
    def port(self) -> int:
        """The port it serves on."""
        return int(self.origin.rpartition(":")[2])

    def client(self) -> httpx.Client:
        """Return a client that is signed in."""
        client = httpx.Client(base_url=self.origin, follow_redirects=True, timeout=30)
        assert client.get(self.address).status_code == 200
        return client


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(runtime: Runtime, port: int | None = None, **environment: str) -> Iterator[Site]:
    """Serve the library of ``runtime`` with these variables set; by default on some free port."""
    port = port or free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("HEATERS_")]:
            patch.delenv(name)
        patch.setenv("HEATERS_DATA_DIR", str(runtime.settings.data_dir))
        for name, value in environment.items():
            patch.setenv(name, value)
        process = start_web(host="127.0.0.1", port=port)
    try:
        address = web_address("127.0.0.1", port, runtime.settings.data_dir)
        yield Site(runtime, process, f"http://127.0.0.1:{port}", address)
    finally:
        stop_web(process)


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """An empty library on embedded servers of its own."""
    data_dir = tmp_path_factory.mktemp("web") / "data"
    with open_runtime(Settings.model_validate({"data_dir": data_dir})) as opened:
        yield opened
    wait_until_stopped(data_dir)


@pytest.fixture(scope="session")
def site(runtime: Runtime) -> Iterator[Site]:
    """The library, served."""
    build_frontend(lambda _step: None)
    with served(runtime, HEATERS_UPLOAD_MAX_BYTES=str(UPLOAD_MAX_BYTES)) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser_type_launch_args(
    playwright: Playwright, browser_type_launch_args: dict[str, object]
) -> dict[str, object]:
    """Launch the Chromium that this machine has."""
    return browser_type_launch_args | {"executable_path": chromium_path(playwright.chromium)}
