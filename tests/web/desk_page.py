"""The review desk in a browser, as tests drive and read it."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.barcodes import read_barcode
from tests.support.site import Site


class DeskPage:
    """One tab at the desk of a video whose frames carry their numbers."""

    def __init__(self, page: Page, site: Site, video_id: int) -> None:
        self.page = page
        self._site = site
        self.video_id = video_id

    def open(self, query: str = "") -> DeskPage:
        """Go to the desk, and return once a frame is painted and keys work."""
        self.page.goto(f"{self._site.origin}/videos/{self.video_id}/review{query}")
        self.wait_until_open()
        return self

    def wait_until_open(self) -> None:
        """Return once a frame is painted."""
        expect(self.picture).to_have_attribute("data-frame", re.compile(r"\d+"))

    @property
    def picture(self) -> Locator:
        """The canvas that the player paints on."""
        return self.page.locator(".stage-picture")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def expect_frame(self, frame: int) -> None:
        """Wait until the player says that it shows a frame, and read it from the picture."""
        expect(self.picture).to_have_attribute("data-frame", str(frame))
        assert self.painted_number() == frame

    def painted_number(self) -> int:
        """Return the number that the pixels on the screen carry."""
        address = self.picture.evaluate("canvas => canvas.toDataURL('image/png')")
        image = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        return read_barcode(np.asarray(image.convert("RGB")))

    def expect_clip(self, number: int, of: int) -> None:
        """Wait until the panel shows the ``number``-th clip of so many."""
        expect(self.page.get_by_role("heading", name=f"Clip {number} of {of}")).to_be_visible()

    def expect_saved(self) -> None:
        """Wait until the server has confirmed everything."""
        expect(self.page.get_by_text("saved", exact=True)).to_be_visible()

    def record_painted(self) -> None:
        """Note the frame of every picture that is painted from now on, and when it stands still."""
        self.picture.evaluate(
            """canvas => {
                window.painted = [];
                new MutationObserver(() => window.painted.push(Number(canvas.dataset.frame)))
                    .observe(canvas, {attributeFilter: ["data-frame"]});
            }"""
        )

    def recorded_painted(self) -> list[int]:
        """Return what ``record_painted`` has noted."""
        return self.page.evaluate("window.painted")
