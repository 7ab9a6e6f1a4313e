"""Proxies served by the real application, and pages that run the player's modules on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from heaters.runtime import Runtime
from tests.support.barcodes import break_frame, write_small_proxy
from tests.support.bundle import bundle
from tests.support.site import Site
from tests.web.ready_videos import add_ready_video

Source = dict[str, Any]
"""What assets/webcodecs/core.js calls a source."""

_NAMES = "24000/1001, 24, 25, 30000/1001, 30, 50, 60000/1001, 60, 1000/67"
RATES = tuple(Fraction(name) for name in _NAMES.split(", "))


Bundle = Callable[[str], Path]


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Makes one script of a file beside this one and of all that it imports."""

    def make(entry: str) -> Path:
        return bundle(Path(__file__).parent / entry, tmp_path_factory.mktemp("bundle") / entry)

    return make


@pytest.fixture(scope="session")
def harness(bundled: Bundle) -> Path:
    """The player's modules and what tests need around them."""
    return bundled("harness.js")


@pytest.fixture(scope="session")
def add_source(
    runtime: Runtime,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Source]:
    """Adds a video of numbered frames, and returns it as the player wants it."""
    folder = tmp_path_factory.mktemp("proxies")

    def add(
        fps: Fraction = Fraction(30),
        frame_count: int = 120,
        broken_frame: int | None = None,
        **options: Any,
    ) -> Source:
        path = folder / f"{len(list(folder.iterdir()))}.mp4"
        write_small_proxy(path, fps, frame_count, **options)
        if broken_frame is not None:
            break_frame(path, broken_frame)
        video_id = add_ready_video(runtime, path, title=path.stem, fps=fps, cuts=())
        return {
            "src": f"/media/videos/{video_id}/proxy?v=1",
            "fpsNum": fps.numerator,
            "fpsDen": fps.denominator,
            "frameCount": frame_count,
            "width": options.get("width", 128),
            "height": options.get("height", 72),
        }

    return add


@pytest.fixture(scope="session")
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser that is signed in, and lets the harness into pages."""
    context = browser.new_context(base_url=site.origin, bypass_csp=True)
    context.request.get(site.address)
    yield context
    context.close()


@pytest.fixture
def stage(visitor: BrowserContext, harness: Path) -> Iterator[Page]:
    """An empty page of the site with the harness in it, on which nothing may go wrong unnoticed."""
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/health")
    page.add_script_tag(path=harness)
    yield page
    page.close()
    assert complaints == []
