"""The panels of the review desk by mouse: the queue, the transport, the actions, the keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from heaters.repositories.clips import ClipRepository
from tests.support.site import Site
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage

FRAME_COUNT = 120


@pytest.fixture
def desk(page: Page, site: Site, add_video: AddVideo) -> DeskPage:
    """The desk of a video with a clip for each of its 120 frames."""
    opened = DeskPage(page, site, add_video(cuts=tuple(range(1, FRAME_COUNT)))).open()
    opened.expect_frame(0)
    return opened


def row(page: Page, clip: int) -> Locator:
    """Return the ``clip``-th clip in the queue, counted from 1."""
    return page.locator(f".queue-row[data-clip='{clip - 1}']")


def pixels_below_top(page: Page, clip: int) -> float:
    """Return how far below the top of the list a clip is."""
    top = page.locator(".queue-list").bounding_box()
    place = row(page, clip).bounding_box()
    assert top and place
    return place["y"] - top["y"]


def test_only_clips_in_sight_are_in_the_page_and_the_current_one_is_among_them(
    page: Page, desk: DeskPage
) -> None:
    rows = page.locator(".queue-row")
    expect(row(page, 1)).to_have_attribute("aria-current", "true")
    assert rows.count() < FRAME_COUNT / 2
    desk.press("9")
    desk.expect_frame(108)
    expect(row(page, 109)).to_be_in_viewport()
    expect(row(page, 109)).to_have_attribute("aria-current", "true")
    expect(row(page, 1)).to_have_count(0)
    assert rows.count() < FRAME_COUNT / 2


def test_thumbnails_in_the_queue_are_the_first_frames(page: Page, desk: DeskPage) -> None:
    desk.press("5")
    thumbnail = row(page, 61).locator("canvas")
    expect(thumbnail).to_have_attribute("data-frame", "60")
    following = page.locator(".next-clip canvas")
    for place in range(4):
        expect(following.nth(place)).to_have_attribute("data-frame", str(61 + place))


def test_a_click_goes_to_a_clip_and_the_next_ones_follow(page: Page, desk: DeskPage) -> None:
    row(page, 3).click()
    desk.expect_frame(2)
    expect(row(page, 3)).to_have_attribute("aria-current", "true")
    page.locator(".next-clip").first.click()
    desk.expect_frame(3)


def test_scrolling_is_not_taken_away_from_who_scrolls(page: Page, desk: DeskPage) -> None:
    page.locator(".queue-list").hover()
    page.mouse.wheel(0, 3000)
    expect(row(page, 1)).to_have_count(0)
    desk.press("ArrowDown")
    desk.expect_frame(1)
    expect(row(page, 2)).to_have_count(0)


def test_clips_are_marked_with_the_mouse_and_grouped_by_a_button(
    page: Page, site: Site, desk: DeskPage
) -> None:
    row(page, 2).click(modifiers=["Control"])
    row(page, 3).click(modifiers=["Control"])
    row(page, 2).click(modifiers=["Control"])
    row(page, 4).click(modifiers=["Control"])
    page.get_by_role("button", name="Group", exact=True).click()
    desk.expect_saved()
    with site.runtime.database.unit_of_work() as uow:
        clips = ClipRepository(uow.session).live(desk.video_id)
        assert [clip.start_frame for clip in clips if clip.group_id is not None] == [2, 3]
    expect(row(page, 3)).to_contain_text("group 1")
    row(page, 4).click(modifiers=["Shift"])
    expect(page.locator(".queue-row.marked")).to_have_count(4)
    desk.press("Escape")
    expect(page.locator(".queue-row.marked")).to_have_count(0)


def test_the_queue_shows_one_state_at_a_time_if_asked(page: Page, desk: DeskPage) -> None:
    page.get_by_role("button", name="Skip", exact=True).click()
    desk.expect_frame(1)
    page.get_by_role("button", name="skipped: 1").click()
    expect(page.locator(".queue-row")).to_have_count(1)
    expect(row(page, 1)).to_have_accessible_name("Clip 1, skipped, 1 frame")
    page.get_by_role("button", name="all: 120").click()
    expect(row(page, 2)).to_be_visible()


def test_the_last_action_and_its_undo_are_always_there(page: Page, desk: DeskPage) -> None:
    page.get_by_role("button", name="Archive", exact=True).click()
    desk.expect_saved()
    expect(page.locator(".status-last")).to_have_text("archived clip 1")
    page.get_by_role("button", name="Ctrl+Z Undo").click()
    desk.expect_saved()
    expect(row(page, 1)).to_have_accessible_name("Clip 1, pending, 1 frame")
    page.get_by_role("button", name="Ctrl+Shift+Z Redo").click()
    expect(row(page, 1)).to_have_accessible_name("Clip 1, archived, 1 frame")


def test_the_transport_steps_seeks_and_says_how_it_is_exact(page: Page, desk: DeskPage) -> None:
    page.get_by_role("button", name="One frame forward").click()
    desk.expect_frame(1)
    page.get_by_role("button", name="frame 1 · 1 of 1").click()
    page.get_by_label("frame", exact=True).fill("77")
    page.keyboard.press("Enter")
    desk.expect_frame(77)
    expect(page.locator(".transport-timecode")).to_have_text("00:00:02:17")
    expect(page.locator(".transport-exact")).to_have_text("exact (WebCodecs)")
    page.get_by_role("button", name="Slower").click()
    expect(page.get_by_role("button", name="Speed 0.75×")).to_be_visible()


def test_a_single_frame_is_not_called_frames_nor_no_time(page: Page, desk: DeskPage) -> None:
    panel = page.get_by_role("region", name="This clip")
    expect(panel.locator(".clip-head")).to_contain_text("1 frame")
    expect(panel).not_to_contain_text("1 frames")
    expect(row(page, 1)).to_contain_text("0.03 s")


def test_redo_is_offered_after_a_reload_too(page: Page, desk: DeskPage) -> None:
    desk.press("a", "s", "Control+z")
    desk.expect_saved()
    expect(page.get_by_role("button", name="Ctrl+Shift+Z Redo")).to_be_visible()
    page.reload()
    expect(page.locator(".status-last")).to_have_text("approved clip 1")
    expect(page.get_by_role("button", name="Ctrl+Z Undo", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Ctrl+Shift+Z Redo")).to_be_visible()


def test_the_last_word_is_the_verdict_of_who_goes_on_from_notes_with_the_mouse(
    page: Page, site: Site, desk: DeskPage
) -> None:
    page.get_by_label("Tags").fill("dusk,, city")
    page.get_by_role("button", name="Skip", exact=True).click()
    desk.expect_frame(1)
    desk.expect_saved()
    expect(page.locator(".status-last")).to_have_text("skipped clip 1")
    with site.runtime.database.unit_of_work() as uow:
        assert ClipRepository(uow.session).live(desk.video_id)[0].tags == ["dusk", "city"]


def test_a_button_that_cannot_do_anything_is_off(page: Page, desk: DeskPage) -> None:
    expect(page.get_by_role("button", name="Cut", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Group", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Start here", exact=True)).to_be_disabled()


def test_space_plays_after_a_click_on_a_button_and_presses_one_that_was_tabbed_to(
    page: Page, desk: DeskPage
) -> None:
    row(page, 3).click()
    desk.expect_frame(2)
    desk.press("r", "Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    desk.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    slower = page.get_by_role("button", name="Slower")
    page.get_by_role("button", name="Last frame of the clip").focus()
    desk.press("Tab")
    expect(slower).to_be_focused()
    desk.press("Space")
    expect(page.get_by_role("button", name="Speed 0.75×")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_keys_can_be_given_to_other_commands_and_all_reset(page: Page, desk: DeskPage) -> None:
    desk.press("?")
    keys = page.get_by_role("dialog")
    keys.get_by_label("Add a key: Mark the clip, for a group").click()
    desk.press("Escape")  # leaves the key, not the dialog
    expect(keys).to_be_visible()
    keys.get_by_label("Change S: Skip the clip, go on").click()
    desk.press("Backspace")
    expect(keys.get_by_role("status")).to_have_text("S does nothing now.")
    keys.get_by_role("button", name="Reset").click()
    expect(keys.get_by_label("Change S: Skip the clip, go on")).to_be_visible()
    desk.press("?")
    expect(keys).to_have_count(0)


def test_a_key_that_browsers_keep_is_refused_with_the_reason(page: Page, desk: DeskPage) -> None:
    desk.press("?")
    keys = page.get_by_role("dialog")
    keys.get_by_label("Change S: Skip the clip, go on").click()
    # A browser opens a tab at the real key, and this one is to stay.
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent(
            "keydown", {key: "t", code: "KeyT", ctrlKey: true, bubbles: true, cancelable: true}))"""
    )
    said = keys.get_by_role("status")
    expect(said).to_contain_text("Ctrl+T opens and closes tabs and windows")
    desk.press("q")
    expect(said).to_have_text("Q: “Skip the clip, go on”.")
    keys.get_by_role("button", name="Reset").click()


def test_a_verdict_that_is_given_is_off_and_its_key_says_so(page: Page, desk: DeskPage) -> None:
    approve = page.get_by_role("button", name="Approve", exact=True)
    desk.press("a")
    desk.expect_frame(1)
    desk.press("ArrowUp")
    desk.expect_frame(0)
    expect(approve).to_be_disabled()
    expect(page.get_by_role("button", name="Skip", exact=True)).to_be_enabled()
    desk.press("a")
    expect(page.get_by_role("alert")).to_have_text("clip 1 is already approved")
    desk.expect_frame(0)
    desk.press("Control+z", "a")  # the undo is on its way: only the server knows what follows
    desk.expect_saved()
    expect(page.locator(".status-last")).to_have_text("approved clip 1")


def test_a_refusal_stays_to_be_read_when_the_next_action_goes_well(
    page: Page, desk: DeskPage
) -> None:
    desk.press("b", "a")
    desk.expect_saved()
    expect(page.locator(".status-last")).to_have_text("approved clip 1")
    expect(page.get_by_role("alert")).to_contain_text("cannot be a cut")


def test_two_notices_do_not_lie_on_each_other_and_go(page: Page, desk: DeskPage) -> None:
    desk.press("?")
    page.get_by_role("dialog").get_by_label("Change S: Skip the clip, go on").click()
    desk.press("Backspace")
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    desk.press("Escape")
    desk.press("b")
    kept, refused = page.locator(".page > .notices p"), page.get_by_role("alert").locator("p")
    expect(kept).to_have_text("Your keys are kept")
    expect(refused).to_be_visible()
    above, below = kept.bounding_box(), refused.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    for notice in (kept, refused):
        notice.evaluate("notice => notice.getAnimations()[0].finish()")
        expect(notice).to_have_count(0)
