"""What people do on the pages, in a real browser."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from heaters.domain.lifecycle import ClipState
from heaters.heaters import app
from heaters.models import Clip
from heaters.repositories.clips import ClipRepository
from heaters.repositories.embeddings import EmbeddingRepository
from heaters.runtime import Runtime
from heaters.services.reviewing import approve
from tests.support.site import Site
from tests.web.conftest import AddVideo


def clips_of(runtime: Runtime, video_id: int) -> list[Clip]:
    with runtime.database.unit_of_work() as uow:
        return list(ClipRepository(uow.session).live(video_id))


def states_of(runtime: Runtime, video_id: int) -> list[ClipState]:
    return [clip.state for clip in clips_of(runtime, video_id)]


# The element that has the focus, if an element around it cuts off part of its ring.
CUT_OFF_RING = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "";
  const style = getComputedStyle(focused);
  const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  if (style.outlineStyle === "none") return "no ring: " + focused.outerHTML.slice(0, 80);
  const box = focused.getBoundingClientRect();
  for (let around = focused.parentElement; around; around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    if (overflowX === "visible" && overflowY === "visible") continue;
    const room = around.getBoundingClientRect();
    const sides = [box.left - room.left, room.right - box.right];
    if (overflowY !== "visible") sides.push(box.top - room.top, room.bottom - box.bottom);
    if (Math.min(...sides) < ring - 0.5 && around.scrollWidth <= around.clientWidth + 1)
      return focused.outerHTML.slice(0, 80) + " in " + around.className;
  }
  return "";
}"""


def open_video(page: Page, site: Site, video_id: int) -> None:
    page.goto(f"{site.origin}/videos/{video_id}")
    expect(page.locator("[data-clip-id]").first).to_be_visible()
    expect(page.locator(".keys")).to_be_visible()  # from now on keys work


def test_every_page_is_served() -> None:
    assert set(app._unevaluated_pages) == {
        "index",
        "videos/[video_id]",
        "videos/[video_id]/history",
        "videos/[video_id]/review",
        "clips/[clip_id]/similar",
        "404",
    }


def test_a_click_approves_a_clip(page: Page, site: Site, add_video: AddVideo) -> None:
    video_id = add_video()
    open_video(page, site, video_id)
    card = page.locator("[data-clip-id]").nth(1)
    card.get_by_role("button", name="Approve").click()
    expect(card).to_have_attribute("data-group", "approved")
    expect(card.get_by_role("button", name="Approve")).to_be_disabled()
    assert states_of(site.runtime, video_id)[1] == ClipState.REVIEW_APPROVED


def test_a_verdict_that_changes_nothing_says_so(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    open_video(page, site, video_id)
    card = page.locator("[data-clip-id]").nth(1)
    for said in ("Approved clip 2", "Clip 2 is already approved"):
        card.locator(".clip-picture").focus()
        page.keyboard.press("a")
        expect(page.locator(".notice")).to_have_text(said)


def test_all_pending_clips_are_approved_at_once_and_undone_at_once(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    open_video(page, site, video_id)
    page.get_by_role("button", name="Approve all 4 pending").click()
    expect(page.locator("[data-group=approved]")).to_have_count(4)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-group=pending]")).to_have_count(4)
    expect(page.locator(".notice")).to_contain_text("Undone: approved 4 clips")
    assert set(states_of(site.runtime, video_id)) == {ClipState.PENDING_REVIEW}


def test_keys_judge_the_clip_in_focus_and_move_on(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    open_video(page, site, video_id)
    page.keyboard.press("ArrowRight")
    for key, number, group in (("a", 0, "approved"), ("s", 1, "skipped"), ("d", 2, "archived")):
        page.keyboard.press(key)
        expect(page.locator("[data-clip-id]").nth(number)).to_have_attribute("data-group", group)
    expect(page.locator("[data-clip-id]").nth(3)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-clip-id]").nth(2)).to_have_attribute("data-group", "pending")
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator("[data-clip-id]").nth(2)).to_have_attribute("data-group", "archived")


def test_keys_do_nothing_while_someone_types(page: Page, site: Site, add_video: AddVideo) -> None:
    add_video()
    page.get_by_placeholder("https://").press_sequentially("asd")
    expect(page.get_by_placeholder("https://")).to_have_value("asd")


def test_a_refusal_is_told_in_words(page: Page, site: Site, add_video: AddVideo) -> None:
    open_video(page, site, add_video())
    page.keyboard.press("Control+z")
    expect(page.locator(".notice.refusal")).to_be_visible()


def test_clips_of_one_state_are_shown_on_request(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    with site.runtime.database.unit_of_work() as uow:
        first = ClipRepository(uow.session).live(video_id)[0]
        approve(uow, [first.id or 0], reviewer_id=1)
    open_video(page, site, video_id)
    page.get_by_role("button", name=re.compile("approved 1")).click()
    expect(page.locator("[data-clip-id]")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^All")).click()
    expect(page.locator("[data-clip-id]")).to_have_count(4)


def test_a_video_of_a_hundred_clips_is_shown_by_the_screenful(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video(cuts=tuple(range(1, 101)))
    open_video(page, site, video_id)
    expect(page.locator("[data-clip-id]")).to_have_count(48)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-clip-id]").first).to_contain_text("frame 48")
    expect(page.locator("[data-clip-id]").first).to_be_in_viewport()
    pick_on_strip(page, 119 / 120)
    last = page.locator("[data-clip-id]").last
    expect(last).to_contain_text("frames 100–119")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()


def pick_on_strip(page: Page, place: float) -> None:
    """Click the strip of the whole video at this fraction of its length."""
    strip = page.locator(".outline-strip")
    box = strip.bounding_box()
    assert box is not None
    strip.click(position={"x": box["width"] * place, "y": 5})


def test_a_click_on_the_strip_leads_to_the_clip(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    open_video(page, site, add_video(cuts=tuple(range(3, 120, 3))))
    picked = page.locator("[data-clip-id]").nth(35)  # frames 105 to 107
    expect(picked).not_to_be_in_viewport()
    pick_on_strip(page, 106.5 / 120)
    expect(picked).to_be_focused()
    expect(picked).to_be_in_viewport()


def test_the_focus_goes_to_the_next_clip_when_its_own_leaves_the_list(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    open_video(page, site, add_video())
    page.get_by_role("button", name=re.compile("pending 4")).click()
    page.locator("[data-clip-id]").nth(1).get_by_role("button", name="Approve").click()
    expect(page.locator("[data-clip-id]")).to_have_count(3)
    expect(page.locator("[data-clip-id]").nth(1)).to_be_focused()


def test_undo_is_offered_only_where_there_is_something_to_undo(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    open_video(page, site, add_video())
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.locator("[data-clip-id]").first.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_tabs_are_named_after_what_they_show(page: Page, site: Site, add_video: AddVideo) -> None:
    one, two = add_video("City at night"), add_video("The Earth")
    for path, title in (
        (f"/videos/{one}", "City at night · Heaters"),
        (f"/videos/{two}", "The Earth · Heaters"),
        (f"/videos/{one}/review", "City at night · Review · Heaters"),
        (f"/videos/{one}/history", "City at night · History · Heaters"),
        ("/", "Heaters"),
    ):
        page.goto(site.origin + path)
        expect(page).to_have_title(title)
    page.get_by_role("link", name="The Earth").click()
    expect(page).to_have_title("The Earth · Heaters")


@pytest.mark.parametrize("shape", [(90, 160), (160, 120), (160, 90)])
def test_a_poster_is_shown_whole(
    page: Page, site: Site, add_video: AddVideo, shape: tuple[int, int]
) -> None:
    video_id = add_video()
    picture = io.BytesIO()
    Image.new("RGB", shape, "white").save(picture, "JPEG")
    page.route(
        "**/poster?*",
        lambda route: route.fulfill(body=picture.getvalue(), content_type="image/jpeg"),
    )
    page.goto(site.origin)
    image = page.locator(f'[data-video-id="{video_id}"] img')
    expect(image).to_be_visible()
    box, frame = image.bounding_box(), page.locator(".poster").first.bounding_box()
    assert box is not None
    assert frame is not None
    assert box["height"] <= frame["height"] + 0.5
    assert box["width"] <= frame["width"] + 0.5


@pytest.mark.parametrize("path", ["/", "/videos/{}", "/videos/{}/history"])
def test_the_ring_around_what_has_the_focus_is_seen_whole(
    page: Page, site: Site, add_video: AddVideo, path: str
) -> None:
    page.goto(site.origin + path.format(add_video("Rings")))
    expect(page.get_by_text("Rings").first).to_be_visible()
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        cut_off = page.evaluate(CUT_OFF_RING)
        if cut_off:
            unseen.append(cut_off)
    assert unseen == []


def test_a_title_is_text_whatever_it_holds(page: Page, site: Site, add_video: AddVideo) -> None:
    title = """<img src=x onerror="window.pwned=1">'"`${7*7}</script><script>window.pwned=1"""
    video_id = add_video(title)
    page.goto(site.origin)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    open_video(page, site, video_id)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.evaluate("window.pwned") is None


def test_the_history_says_who_did_what_and_undoes_it(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    open_video(page, site, video_id)
    page.locator("[data-clip-id]").first.get_by_role("button", name="Skip").click()
    page.get_by_role("link", name="History").click()
    row = page.get_by_role("row").filter(has_text="skipped the clip at frames 0–29")
    expect(row).to_contain_text("you")
    row.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text(
        "undone: skipped the clip at frames 0–29"
    )
    assert states_of(site.runtime, video_id)[0] == ClipState.PENDING_REVIEW
    expect(page.get_by_role("row").nth(2)).to_have_class("not-in-force")
    page.get_by_role("row").nth(1).get_by_role("button", name="Redo").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("redone: skipped")
    expect(page.get_by_role("row").nth(2)).to_contain_text("redone")
    expect(page.get_by_role("row").nth(3)).not_to_have_class("not-in-force")


def test_similar_clips_are_shown_the_most_alike_first(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video("Lookalikes")
    with site.runtime.database.unit_of_work() as uow:
        repository = EmbeddingRepository(uow.session)
        repository.ensure_index(model="test", dim=2)
        clips = ClipRepository(uow.session).live(video_id)
        for clip, vector in zip(clips, [(1, 0), (0.6, 0.8), (0.96, 0.28), (0, 1)], strict=True):
            assert clip.id is not None
            clip.state = ClipState.EMBEDDED
            repository.put(clip.id, model="test", strategy="s", vector=vector)
        anchor_id = clips[0].id
    open_video(page, site, video_id)
    page.locator(f'[data-clip-id="{anchor_id}"]').get_by_role("link", name="Similar").click()
    found = page.locator("ul.clips > li")
    expect(found).to_have_count(3)
    for number, (alike, frames) in enumerate(
        [("96%", "frames 31–74"), ("60%", "frame 30"), ("0%", "frames 75–119")]
    ):
        expect(found.nth(number)).to_contain_text(alike)
        expect(found.nth(number)).to_contain_text(frames)


@pytest.mark.parametrize(
    "path", ["/videos/999999", "/videos/x", "/videos/999999/review", "/clips/999999/similar"]
)
def test_an_address_of_nothing_says_so(page: Page, site: Site, path: str) -> None:
    page.goto(site.origin + path)
    expect(page.get_by_role("heading", name="Not found", exact=True)).to_be_visible()
    expect(page).to_have_title("Not found · Heaters")


@pytest.mark.usefixtures("page")
def test_an_address_of_no_page_says_so(context: BrowserContext, site: Site) -> None:
    with context.new_page() as page:  # whose console may name the answer, 404
        page.goto(site.origin + "/nowhere/at/all")
        expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
        expect(page).to_have_title("Page not found · Heaters")


def test_a_notice_is_gone_once_it_has_been_seen(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    open_video(page, site, add_video())
    notice, status = page.locator(".notice"), page.locator(".notices")
    for _ in range(2):  # the same words again are seen again
        page.keyboard.press("Control+z")
        expect(notice).to_have_text("nothing to undo")
        notice.evaluate("notice => notice.getAnimations()[0].finish()")
        expect(status).to_be_empty()


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_scrolls_sideways(page: Page, site: Site, add_video: AddVideo, width: int) -> None:
    video_id = add_video("averylongtitlewithoutanyspacesinit" * 4)
    page.set_viewport_size({"width": width, "height": 720})
    video = f"/videos/{video_id}"
    for path in ("/", video, f"{video}/history", f"{video}/review"):
        page.goto(site.origin + path)
        expect(page.get_by_text("averylongtitle").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
