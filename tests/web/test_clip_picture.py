"""Pictures of clips show exactly the frames they should: every frame carries its number."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.barcodes import read_barcode
from tests.support.site import Site
from tests.web.conftest import AddVideo

CUTS = (1, 2, 30, 31, 75, 119)
CLIPS = list(zip((0, *CUTS), (*CUTS, 120), strict=True))


def frame_on(picture: Locator) -> int:
    """Return the number of the frame that is painted on the canvas."""
    return number_on(picture.locator("canvas").evaluate("canvas => canvas.toDataURL('image/png')"))


@pytest.fixture
def pictures(page: Page, site: Site, add_video: AddVideo) -> Locator:
    page.goto(f"{site.origin}/videos/{add_video(cuts=CUTS)}")
    pictures = page.locator(".clip-picture")
    expect(pictures).to_have_count(len(CLIPS))
    return pictures


def test_each_clip_shows_its_first_frame(pictures: Locator) -> None:
    for number, (start_frame, _) in enumerate(CLIPS):
        picture = pictures.nth(number)
        picture.scroll_into_view_if_needed()
        expect(picture.locator("canvas")).to_have_attribute("data-frame", str(start_frame))
        assert frame_on(picture) == start_frame


RECORD = """(count) => {
  const { prototype } = CanvasRenderingContext2D;
  const paint = prototype.drawImage;
  window.recording = new Promise((resolve) => {
    const painted = [];
    prototype.drawImage = function (...what) {
      paint.apply(this, what);
      if (!this.canvas.matches(".clip-playing")) return;
      if (painted.push(this.canvas.toDataURL("image/png")) === count) resolve(painted);
    };
  });
}"""


def number_on(address: str) -> int:
    """Return the frame number that the picture at a ``data:`` address carries."""
    image = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    return read_barcode(np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("number", [3, 4, 6])
def test_a_playing_clip_never_shows_a_frame_outside_of_it_and_loops(
    page: Page, pictures: Locator, number: int
) -> None:
    start_frame, end_frame = CLIPS[number]
    picture = pictures.nth(number)
    picture.scroll_into_view_if_needed()
    expect(picture.locator("canvas")).to_have_attribute("data-frame", str(start_frame))
    page.evaluate(RECORD, 60)
    picture.click()
    expect(picture).to_have_attribute("aria-pressed", "true")
    shown = [number_on(address) for address in page.evaluate("window.recording")]
    picture.click()
    expect(picture).to_have_attribute("aria-pressed", "false")
    assert set(shown) <= set(range(start_frame, end_frame))
    assert start_frame in shown
    assert end_frame - 1 in shown
    expect(picture.locator("canvas")).to_have_attribute("data-frame", str(start_frame))
    assert frame_on(picture) == start_frame


def test_one_clip_plays_at_a_time(pictures: Locator) -> None:
    pictures.nth(4).click()
    expect(pictures.nth(4)).to_have_attribute("aria-pressed", "true")
    pictures.nth(2).click()
    expect(pictures.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(pictures.nth(4)).to_have_attribute("aria-pressed", "false")
