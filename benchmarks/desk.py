"""From a key at the review desk to its committed answer on the page, with 20 other reviewers there.

One real web process; the reviewer is a page in Chromium, whose own clock measures from the key's
event to the page that says "saved". The 20 others, at the same video, are websocket clients that
receive all that a browser would: 20 browsers would measure this machine, not the server.
"""

from __future__ import annotations

import asyncio
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, async_playwright
from simple_websocket import AioClient

from heaters.config import Settings
from heaters.runtime import open_runtime
from heaters.web import build_frontend
from tests.support.barcodes import write_small_proxy
from tests.support.browser import chromium_path
from tests.support.servers import wait_until_stopped
from tests.support.site import Site, served
from tests.web.ready_videos import add_ready_video

OTHERS = 20
ROUNDS = 40
WARM_UP = 4
CLIP_FRAMES = 4
PAUSE_MS = (50, 250)
"""Between an answer and the next key."""
KEYS = ("b", "Control+z", "Control+Shift+Z", "Control+z", "a", "Control+z")
"""Cut, take back, do again, take back, approve (which goes on to the next clip), take back."""

_STATE = "reflex___state____state.heaters___state___review____review_state"
_WATCH = """() => {
  const saved = document.querySelector(".status-saved");
  let pressed = 0;
  window.times = [];
  addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
  new MutationObserver(() => {
    if (!pressed || saved.textContent !== "saved") return;
    window.times.push(performance.now() - pressed);
    window.onTime?.();
    pressed = 0;
  }).observe(saved, { childList: true, characterData: true, subtree: true });
}"""


_WAIT = """(count) => new Promise((resolve) => {
  window.onTime = () => window.times.length >= count && resolve();
  window.onTime();
})"""


class Onlooker:
    """A tab at a desk, as far as the web process can tell."""

    def __init__(self, socket: AioClient) -> None:
        self._socket = socket
        self.received_bytes = 0

    @classmethod
    async def open(cls, site: Site, cookie: str, video_id: int) -> Onlooker:
        """Connect, open the desk, and return when its clips are there."""
        address = f"ws://{site.host}/_event/?EIO=4&transport=websocket&token={uuid4()}"
        # This client's Host has no port, so its Origin must not have one either.
        headers = {"Cookie": cookie, "Origin": site.origin.rpartition(":")[0]}
        tab = cls(await AioClient.connect(address, headers=headers))
        await tab._socket.send("40/_event,")
        event = {
            "name": f"{_STATE}.load",
            "payload": {},
            "router_data": {
                "pathname": "/videos/[video_id]/review",
                "asPath": f"/videos/{video_id}/review",
                "query": {"video_id": str(video_id)},
            },
        }
        await tab._socket.send(f"42/_event,{json.dumps(['event', event])}")
        while '"is_ready_rx_state_":true' not in (await tab._receive()).replace(" ", ""):
            pass
        return tab

    async def look_on(self) -> None:
        """Receive whatever comes."""
        while True:
            await self._receive()

    async def _receive(self) -> str:
        packet = str(await self._socket.receive())
        self.received_bytes += len(packet)
        if packet == "2":
            await self._socket.send("3")
        return packet


async def review(site: Site, video_id: int, clip_count: int) -> dict[str, Any]:
    """Press keys in a page while the others look on."""
    rng = random.Random(1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium)
        )
        page = await browser.new_page()
        await page.goto(site.address)
        [(name, cookie)] = site.client().cookies.items()
        signed_in = f"{name}={cookie}"
        others = [await Onlooker.open(site, signed_in, video_id) for _ in range(OTHERS)]
        looking_on = [asyncio.create_task(other.look_on()) for other in others]
        await page.goto(f"{site.origin}/videos/{video_id}/review")
        await page.locator(".stage-picture[data-frame]").wait_for()
        await page.evaluate(_WATCH)
        for _ in range(ROUNDS + WARM_UP):
            await go_to_frame(page, rng.randrange(clip_count) * CLIP_FRAMES + CLIP_FRAMES // 2)
            for key in KEYS:
                await page.wait_for_timeout(rng.uniform(*PAUSE_MS))
                answered = await page.evaluate("window.times.length")
                await page.keyboard.press(key)
                await page.evaluate(_WAIT, answered + 1)
        times_ms = await page.evaluate("window.times")
        for task in looking_on:
            task.cancel()
        await browser.close()
    actions = len(times_ms)
    measured_ms = sorted(times_ms[WARM_UP * len(KEYS) :])
    return {
        "p50_ms": round(measured_ms[len(measured_ms) // 2], 1),
        "p95_ms": round(measured_ms[len(measured_ms) * 95 // 100], 1),
        "bytes_to_each_other_tab_an_action": round(
            sum(other.received_bytes for other in others) / len(others) / actions
        ),
    }


async def go_to_frame(page: Page, frame: int) -> None:
    """Go to a frame by its number."""
    await page.keyboard.press("f")
    await page.keyboard.insert_text(str(frame))
    await page.keyboard.press("Enter")
    await page.locator(f'.stage-picture[data-frame="{frame}"]').wait_for()


def measure(folder: Path) -> dict[str, Any]:
    """Return milliseconds from a key to its answer, for short and long timelines."""
    figures: dict[str, Any] = {}
    build_frontend(lambda _step: None)
    fps = Fraction(25)
    settings = Settings.model_validate({"data_dir": folder / "data"})
    with open_runtime(settings) as runtime, served(runtime) as site:
        for clip_count in (200, 10_000):
            frame_count = clip_count * CLIP_FRAMES
            proxy = write_small_proxy(folder / f"{clip_count}.mp4", fps, frame_count)
            cuts = range(CLIP_FRAMES, frame_count, CLIP_FRAMES)
            video_id = add_ready_video(runtime, proxy, title="a film", fps=fps, cuts=cuts)
            found = asyncio.run(review(site, video_id, clip_count))
            figures |= {f"{name}_with_{clip_count}_clips": n for name, n in found.items()}
    wait_until_stopped(settings.data_dir)
    return figures
