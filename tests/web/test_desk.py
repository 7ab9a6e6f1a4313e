"""The review desk as a page: what its address means, what lasts, and how it takes trouble."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import Clip
from heaters.repositories.clips import ClipRepository
from heaters.repositories.videos import VideoRepository
from heaters.services.cutting import add_cut
from tests.support.site import Site
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage
from tests.web.test_live import change, downloading, is_not_reloaded, mark_as_not_reloaded
from tests.web.test_media import give_clip_a_file

OpenDesk = Callable[..., DeskPage]


@pytest.fixture
def open_desk(page: Page, site: Site) -> OpenDesk:
    """Opens the desk of a video."""

    def open_(video_id: int, query: str = "") -> DeskPage:
        return DeskPage(page, site, video_id).open(query)

    return open_


def clips_of(site: Site, video_id: int) -> list[Clip]:
    with site.runtime.database.unit_of_work() as uow:
        return list(ClipRepository(uow.session).live(video_id))


def ranges_of(site: Site, video_id: int) -> list[tuple[int, int]]:
    return [(clip.start_frame, clip.end_frame) for clip in clips_of(site, video_id)]


def test_the_desk_opens_at_the_first_pending_clip(
    site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video()
    with site.runtime.database.unit_of_work() as uow:
        ClipRepository(uow.session).live(video_id)[0].state = ClipState.REVIEW_SKIPPED
    desk = open_desk(video_id)
    desk.expect_frame(30)
    desk.expect_clip(2, of=4)


def test_the_address_names_the_clip_and_back_leaves_the_desk_at_once(
    page: Page, site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video()
    first, _, third, _ = clips_of(site, video_id)
    page.goto(f"{site.origin}/videos/{video_id}")
    desk = open_desk(video_id, f"?clip={third.id}")
    desk.expect_frame(31)
    desk.press("Home", "ArrowUp", "ArrowUp")
    desk.expect_frame(0)
    expect(page).to_have_url(re.compile(rf"\?clip={first.id}$"))
    page.go_back()
    expect(page).to_have_url(f"{site.origin}/videos/{video_id}")
    page.go_forward()
    desk.expect_frame(0)


def test_a_clip_that_was_cut_since_leads_to_what_took_its_place(
    page: Page, site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video()
    last = clips_of(site, video_id)[3]
    with site.runtime.database.unit_of_work() as uow:
        add_cut(uow, video_id, 100, reviewer_id=1)
    desk = open_desk(video_id, f"?clip={last.id}")
    desk.expect_frame(75)
    desk.expect_clip(4, of=5)


def test_a_reload_stays_at_the_frame(
    page: Page, site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video()
    desk = open_desk(video_id)
    desk.press("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight")
    desk.expect_frame(33)
    expect(page).to_have_url(re.compile(rf"clip={clips_of(site, video_id)[2].id}$"))
    page.reload()
    desk.wait_until_open()
    desk.expect_frame(33)


def test_what_somebody_else_cuts_appears_by_itself(
    page: Page, site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video()
    desk = open_desk(video_id)
    desk.expect_clip(1, of=4)
    mark_as_not_reloaded(page)
    with site.runtime.database.unit_of_work() as uow:
        add_cut(uow, video_id, 10, reviewer_id=1)
    desk.expect_clip(1, of=5)
    desk.expect_frame(0)
    desk.press("End")
    desk.expect_frame(9)
    assert is_not_reloaded(page)


def test_an_exported_clip_is_cut_only_after_a_question(
    page: Page, site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video(cuts=(30, 75))
    clip = give_clip_a_file(site.runtime, video_id, b"exported")
    desk = open_desk(video_id, f"?clip={clip.id}")
    desk.expect_frame(clip.start_frame)
    before = ranges_of(site, video_id)
    desk.press("Shift+ArrowRight")
    desk.expect_frame(clip.start_frame + 10)
    desk.press("b")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("is exported")
    desk.press("Escape")
    expect(question).to_be_hidden()
    desk.expect_clip(2, of=3)
    assert ranges_of(site, video_id) == before
    desk.press("b")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    question.get_by_role("button", name="Replace").click()
    desk.expect_clip(3, of=4)
    desk.expect_saved()
    assert clip.start_frame + 10 in [start for start, _ in ranges_of(site, video_id)]


def test_what_will_be_exported_plays_once_from_the_first_frame_to_the_last(
    page: Page, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    desk = open_desk(add_video())
    desk.press("ArrowDown", "ArrowDown")
    desk.expect_frame(31)
    desk.record_painted()
    desk.press("p")
    desk.expect_frame(74)
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # it stopped there by itself
    painted = desk.recorded_painted()
    assert painted == sorted(painted)
    assert set(painted) <= set(range(31, 75))


def test_notes_and_tags_are_kept_and_typing_them_fires_no_keys(
    page: Page, site: Site, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    video_id = add_video()
    desk = open_desk(video_id)
    notes = page.get_by_label("Notes")
    expect(notes).to_be_enabled()
    notes.press_sequentially("bad boom at 12, [sad]")
    page.get_by_label("Tags").press_sequentially("dusk, city ,dusk")
    desk.press("Escape")  # leaves the field
    desk.press("ArrowDown")
    desk.expect_frame(30)
    desk.expect_saved()
    [clip, *_] = clips_of(site, video_id)
    assert (clip.notes, clip.tags) == ("bad boom at 12, [sad]", ["dusk", "city"])
    assert clip.state == ClipState.PENDING_REVIEW
    desk.press("ArrowUp")
    expect(notes).to_have_value("bad boom at 12, [sad]")


@pytest.fixture
def without_webcodecs(context: BrowserContext) -> None:
    """A browser like those that open Heaters over plain http from elsewhere."""
    context.add_init_script("delete globalThis.VideoDecoder")


@pytest.mark.usefixtures("without_webcodecs")
def test_without_webcodecs_the_desk_is_as_exact_and_says_why(
    page: Page, add_video: AddVideo, open_desk: OpenDesk
) -> None:
    desk = open_desk(add_video())
    expect(page.get_by_text("exact (video element)")).to_be_visible()
    expect(page.get_by_text("this browser has no WebCodecs")).to_be_visible()
    desk.press("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft")
    desk.expect_frame(32)
    desk.press("End")
    desk.expect_frame(74)


def test_the_desk_opens_by_itself_when_the_video_is_ready(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    change(site.runtime, video_id, state=VideoState.DETECTING_SCENES, progress=0.42)
    page.goto(f"{site.origin}/videos/{video_id}/review")
    expect(page.get_by_text("The desk opens by itself")).to_be_visible()
    expect(page.get_by_text("42 %")).to_be_visible()
    mark_as_not_reloaded(page)
    change(site.runtime, video_id, state=VideoState.READY, progress=None)
    desk = DeskPage(page, site, video_id)
    desk.expect_frame(0)
    desk.expect_clip(1, of=4)
    assert is_not_reloaded(page)


def test_a_video_that_failed_says_why_and_is_tried_again_on_request(page: Page, site: Site) -> None:
    video_id = downloading(site.runtime, "soon.mp4")
    page.goto(f"{site.origin}/videos/{video_id}/review")
    expect(page.get_by_text("downloading")).to_be_visible()
    change(
        site.runtime,
        video_id,
        state=VideoState.DOWNLOAD_FAILED,
        last_error="the server answered 404",
    )
    expect(page.get_by_text("the server answered 404")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".notice")).to_contain_text("Trying soon.mp4 again")
    with site.runtime.database.unit_of_work() as uow:
        assert VideoRepository(uow.session).get(video_id).next_attempt_at is not None


def test_a_video_that_failed_without_clips_is_removed_at_its_desk(page: Page, site: Site) -> None:
    video_id = downloading(site.runtime, "gone.mp4")
    change(site.runtime, video_id, state=VideoState.DOWNLOAD_FAILED, last_error="answered 404")
    page.goto(f"{site.origin}/videos/{video_id}/review")
    page.get_by_text("Remove", exact=True).click()
    page.get_by_role("button", name="Remove for good").click()
    expect(page).to_have_url(f"{site.origin}/")
    page.goto(f"{site.origin}/videos/{video_id}/review")
    expect(page).to_have_title("Not found · Heaters")
