"""Thumbnails are the frames they are asked for as, only while wanted, and never too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.player.conftest import Bundle, Source

_KEPT_BYTES = 48 << 20

AddSource = Callable[..., Source]


@pytest.fixture(scope="module")
def script(bundled: Bundle) -> Path:
    """The filmstrip and what these tests need around it."""
    return bundled("filmstrip_harness.js")


@pytest.fixture
def strip_page(visitor: BrowserContext, script: Path) -> Iterator[Page]:
    """An empty page of the site in which ``thumbnails`` can be tried."""
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/health")
    yield page
    page.close()
    assert complaints == []


@pytest.mark.parametrize("fps", [Fraction(24000, 1001), Fraction(50)], ids=str)
@pytest.mark.parametrize("how", ["webcodecs", "video", "frames that depend on each other"])
def test_every_thumbnail_is_the_frame_that_it_is_asked_for_as(
    strip_page: Page, script: Path, add_source: AddSource, how: str, fps: Fraction
) -> None:
    if how == "video":
        strip_page.evaluate("delete globalThis.VideoDecoder")
    strip_page.add_script_tag(path=script)
    frames = [*range(0, 120, 3), 119, 1, 118, 2]
    source = add_source(fps, gop=12 if how == "frames that depend on each other" else 1)
    seen = strip_page.evaluate(
        "([source, frames]) => thumbnails.seen(new thumbnails.Filmstrip(source), frames, 48)",
        [source, frames],
    )
    assert sorted(asked for asked, _ in seen) == sorted(frames)
    assert [asked for asked, shown in seen if asked != shown] == []


def test_only_what_is_still_wanted_is_decoded_the_most_wanted_first(
    strip_page: Page, script: Path, add_source: AddSource
) -> None:
    strip_page.add_script_tag(path=script)
    order, decoded = strip_page.evaluate(
        """async (source) => {
          const filmstrip = new thumbnails.Filmstrip(source);
          for (let frame = 0; frame < 100; frame++) filmstrip.request(frame, 48);
          filmstrip.request(110, 48, "somebody else");
          const wanted = [70, 20, 50];
          filmstrip.want(wanted);
          filmstrip.want([], "somebody who has asked for nothing");
          const come = [];
          await new Promise((resolve) => filmstrip.watch(() => {
            for (const frame of wanted) {
              if (!come.includes(frame) && filmstrip.request(frame, 48)) come.push(frame);
            }
            if (come.length === 3 && filmstrip.request(110, 48, "somebody else")) resolve();
          }));
          return [come, thumbnails.decoded()];
        }""",
        add_source(),
    )
    assert sorted(order) == [20, 50, 70]
    assert order[0] != 50  # two are made at a time
    assert decoded == 4


def test_thumbnails_are_kept_in_bounded_memory_and_freed_in_the_end(
    strip_page: Page, script: Path, add_source: AddSource
) -> None:
    strip_page.add_script_tag(path=script)
    most_bytes, left_bytes, left_pictures = strip_page.evaluate(
        """async (source) => {
          const filmstrip = new thumbnails.Filmstrip(source);
          let most = 0;
          filmstrip.watch(() => (most = Math.max(most, thumbnails.openBytes())));
          const frames = Array.from({ length: 120 }, (_, frame) => frame);
          await thumbnails.seen(filmstrip, frames, 360);
          filmstrip.close();
          return [most, thumbnails.openBytes(), thumbnails.openPictures()];
        }""",
        add_source(),
    )
    assert _KEPT_BYTES / 2 < most_bytes <= _KEPT_BYTES
    assert left_bytes == 0
    assert left_pictures == 0


def test_a_filmstrip_that_is_closed_asks_for_nothing_more(
    strip_page: Page, script: Path, add_source: AddSource
) -> None:
    strip_page.add_script_tag(path=script)
    later, left = strip_page.evaluate(
        """async (source) => {
          const {fetch} = globalThis;
          const asked = {lost: 0, kept: 0};
          let tell = () => {};
          globalThis.fetch = (address, ...how) => {
            const name = new URL(address, location.origin).searchParams.get("strip");
            if (!name) return fetch(address, ...how);
            asked[name]++;
            tell();
            return Promise.resolve(new Response("", {status: 503}));
          };
          const whenAsked = async (name, times) => {
            while (asked[name] < times) await new Promise((resolve) => (tell = resolve));
          };
          const unable = (name) => {
            const strip = new thumbnails.Filmstrip({...source, src: `${source.src}&strip=${name}`});
            strip.request(5, 48);
            return strip;
          };
          const lost = unable("lost");
          await whenAsked("lost", 1);
          lost.close();
          const before = asked.lost;
          const kept = unable("kept");
          await whenAsked("kept", 4); // by then the other would have asked again, too
          kept.close();
          const later = asked.lost - before;
          const filmstrip = new thumbnails.Filmstrip(source);
          for (let frame = 0; frame < 50; frame++) filmstrip.request(frame, 48);
          await new Promise((resolve) => filmstrip.watch(resolve));
          filmstrip.close();
          const after = new thumbnails.Filmstrip(source);
          await thumbnails.seen(after, [7], 48); // what was on its way has come by then
          after.close();
          return [later, thumbnails.openPictures()];
        }""",
        add_source(),
    )
    assert (later, left) == (0, 0)
