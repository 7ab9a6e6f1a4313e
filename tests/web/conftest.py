"""Videos on the served site, with pages that are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from heaters.heaters import app
from heaters.live.hub import Hub
from heaters.live.tabs import Tabs
from heaters.runtime import Runtime
from heaters.state.desk import Desk, open_desk
from tests.support.barcodes import write_barcode_video
from tests.support.site import Site
from tests.web.events import SESSIONS
from tests.web.ready_videos import add_ready_video


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An all-intra video of 120 numbered frames at 29.97 fps, with sound."""
    path = tmp_path_factory.mktemp("proxy") / "proxy.mp4"
    return write_barcode_video(path, fps=Fraction(30000, 1001), frame_count=120, gop=1)


AddVideo = Callable[..., int]


@pytest.fixture
def add_video(runtime: Runtime, proxy: Path) -> AddVideo:
    """Adds a video that is ready for review, by default of four clips; returns its id."""

    def add(title: str = "Numbers", cuts: tuple[int, ...] = (30, 31, 75)) -> int:
        return add_ready_video(runtime, proxy, title=title, fps=Fraction(30000, 1001), cuts=cuts)

    return add


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that is signed in, and on which nothing may go wrong unnoticed."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.goto(site.address)
    yield page
    assert complaints == []


@pytest.fixture
def desk(runtime: Runtime) -> Iterator[Desk]:
    """What pages work with, for tests that send events to this process."""
    tabs = Tabs(app)
    desk = Desk(runtime, SESSIONS, Hub(tabs.refresh), tabs)
    open_desk(desk)
    yield desk
    open_desk(None)
