"""The desk's timelines under a mouse: what is pointed at is what is shown, and what is changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from heaters.domain.lifecycle import ClipState
from heaters.models import Artifact, ArtifactKind
from heaters.repositories.clips import ClipRepository
from heaters.repositories.videos import VideoRepository
from heaters.storage.keys import new_token, scores_key
from tests.support.site import Site
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage

FRAME_COUNT = 120
CUTS = (30, 75)
SHOWN = (22, 83)
"""What the strip shows of the second clip: eight frames more on either side."""


def write_scores(site: Site, video_id: int) -> None:
    """Store scores by which both cuts stand out, and a weaker peak, at frame 100, does not."""
    scores = np.full(FRAME_COUNT, 0.1, "<f4")
    scores[[30, 75, 100]] = 6, 3.5, 2
    key = scores_key(video_id, "adaptive", new_token(), ".f32")
    site.runtime.store.put_bytes(key, scores.tobytes())
    with site.runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(video_id)
        video.detector, video.threshold = "adaptive", 3.0
        scored = Artifact(
            video_id=video_id, kind=ArtifactKind.SCORES, key=key, size_bytes=scores.nbytes
        )
        uow.session.add(scored)


@dataclass
class Timelines:
    """A video at its desk, opened at the second of its three clips, and a mouse."""

    page: Page
    site: Site
    video_id: int
    desk: DeskPage

    def x_of(self, frame: float) -> float:
        """Return where a point in time is in the strip as it is first shown."""
        box = self.page.locator(".strip canvas").bounding_box()
        assert box is not None
        return box["x"] + (frame - SHOWN[0]) / (SHOWN[1] - SHOWN[0]) * box["width"]

    def point(self, frame: float) -> None:
        """Move the mouse to a point in time on the strip."""
        box = self.page.locator(".strip canvas").bounding_box()
        assert box is not None
        self.page.mouse.move(self.x_of(frame), box["y"] + box["height"] / 2)

    def drag_cut(self, cut: int, to_frame: int) -> None:
        """Press on a cut, and move it, without letting go."""
        self.point(cut)
        self.page.mouse.down()
        self.point((cut + to_frame) / 2)
        self.point(to_frame)

    @property
    def cuts(self) -> list[int]:
        """The cuts in the database, once everything is saved."""
        expect(self.page.locator(".status-saved")).to_have_text("saved")
        with self.site.runtime.database.unit_of_work() as uow:
            return [clip.start_frame for clip in ClipRepository(uow.session).live(self.video_id)][
                1:
            ]


@pytest.fixture
def timelines(page: Page, site: Site, add_video: AddVideo) -> Timelines:
    video_id = add_video(cuts=CUTS)
    write_scores(site, video_id)
    with site.runtime.database.unit_of_work() as uow:
        clip_id = ClipRepository(uow.session).live(video_id)[1].id
    desk = DeskPage(page, site, video_id).open(f"?clip={clip_id}")
    desk.expect_frame(30)
    expect(page.get_by_role("button", name="Snap")).to_be_visible()
    return Timelines(page, site, video_id, desk)


def test_a_press_on_the_strip_shows_the_frame_under_the_pointer(timelines: Timelines) -> None:
    for frame in (22, 29, 47, 76, 82):
        timelines.point(frame + 0.5)
        timelines.page.mouse.down()
        timelines.desk.expect_frame(frame)
        timelines.page.mouse.up()


def test_scrubbing_shows_every_frame_it_comes_to(timelines: Timelines) -> None:
    timelines.point(40.5)
    timelines.page.mouse.down()
    for frame in (41, 52, 60, 33, 31):
        timelines.point(frame + 0.5)
        timelines.desk.expect_frame(frame)
    timelines.page.keyboard.press("Escape")
    timelines.desk.expect_frame(30)
    timelines.page.mouse.up()
    assert timelines.cuts == list(CUTS)


def test_a_press_on_the_overview_goes_there(timelines: Timelines) -> None:
    box = timelines.page.locator(".overview canvas").bounding_box()
    assert box is not None
    for frame in (0, 99, 119, 64):
        x = box["x"] + (frame + 0.5) / FRAME_COUNT * box["width"]
        timelines.page.mouse.click(x, box["y"] + box["height"] / 3)
        timelines.desk.expect_frame(frame)
    overview = timelines.page.get_by_role("slider", name="The whole video")
    expect(overview).to_have_attribute("aria-valuenow", "64")
    expect(overview).to_have_attribute("aria-valuetext", "frame 64, 00:00:02:04")


def test_a_dragged_cut_lands_on_the_frame_that_is_shown(timelines: Timelines) -> None:
    timelines.drag_cut(75, to_frame=72)
    timelines.desk.expect_frame(72)
    assert timelines.cuts == [30, 75]
    timelines.page.mouse.up()
    timelines.desk.expect_clip(3, of=3)
    assert timelines.cuts == [30, 72]
    timelines.desk.expect_frame(72)
    timelines.desk.press("Control+z")
    timelines.desk.expect_clip(2, of=3)
    assert timelines.cuts == [30, 75]


def test_a_cut_cannot_be_dragged_past_its_neighbours(timelines: Timelines) -> None:
    timelines.drag_cut(75, to_frame=23)
    timelines.desk.expect_frame(31)
    timelines.page.mouse.up()
    timelines.desk.expect_clip(3, of=3)
    assert timelines.cuts == [30, 31]


def test_escape_leaves_a_dragged_cut_where_it_was(timelines: Timelines) -> None:
    timelines.drag_cut(75, to_frame=70)
    timelines.desk.expect_frame(70)
    timelines.page.keyboard.press("Escape")
    timelines.page.mouse.up()
    timelines.desk.expect_frame(30)
    assert timelines.cuts == [30, 75]


def test_the_strip_scrolls_with_a_cut_that_is_held_at_its_edge(timelines: Timelines) -> None:
    timelines.drag_cut(75, to_frame=90)
    timelines.desk.expect_frame(119)
    timelines.page.mouse.up()
    timelines.desk.expect_clip(3, of=3)
    assert timelines.cuts == [30, 119]
    timelines.desk.expect_frame(119)


def test_the_strip_scrolls_with_the_playhead_that_is_held_at_its_edge(
    timelines: Timelines,
) -> None:
    timelines.point(40.5)
    timelines.page.mouse.down()
    timelines.point(22)
    timelines.desk.expect_frame(0)
    timelines.point(40.5)
    timelines.desk.expect_frame(18)
    timelines.page.mouse.up()


def test_a_cut_under_check_is_shown_where_it_was_dragged(timelines: Timelines) -> None:
    timelines.desk.press("c")
    words = timelines.page.locator(".boundary-words")
    expect(words).to_have_text("Cut at 75, score 3.50")
    box = timelines.page.locator(".strip canvas").bounding_box()
    assert box is not None
    mouse, y = timelines.page.mouse, box["y"] + box["height"] / 2
    frame_px = box["width"] / 48  # the cut in the middle
    mouse.move(box["x"] + 24 * frame_px, y)
    mouse.down()
    mouse.move(box["x"] + 22 * frame_px, y, steps=2)
    mouse.up()
    expect(words).to_have_text("Cut at 73, score 0.10, checked")
    assert timelines.cuts == [30, 73]


@pytest.mark.parametrize("how", ["Shift", "Snap"])
def test_a_cut_snaps_to_the_peak_of_the_score_when_asked(timelines: Timelines, how: str) -> None:
    timelines.drag_cut(30, to_frame=33)
    timelines.page.mouse.up()
    assert timelines.cuts == [33, 75]
    if how == "Snap":
        timelines.page.get_by_role("button", name="Snap").click()
    else:
        timelines.page.keyboard.down("Shift")
    timelines.drag_cut(33, to_frame=31)
    timelines.desk.expect_frame(30)
    timelines.page.mouse.up()
    assert timelines.cuts == [30, 75]


def test_the_wheel_zooms_around_the_frame_under_the_pointer(timelines: Timelines) -> None:
    timelines.point(50.5)
    timelines.page.mouse.wheel(0, -700)
    timelines.page.mouse.down()
    timelines.desk.expect_frame(50)
    timelines.point(53.5)
    timelines.desk.expect_frame(51)
    timelines.page.mouse.up()
    timelines.page.mouse.wheel(0, 5000)
    timelines.point(22)
    timelines.page.mouse.down()
    timelines.desk.expect_frame(0)
    timelines.page.mouse.up()


def test_the_wheel_pans_sideways(timelines: Timelines) -> None:
    timelines.point(40.5)
    timelines.page.mouse.wheel(timelines.x_of(45) - timelines.x_of(35), 0)
    timelines.page.mouse.down()
    timelines.desk.expect_frame(50)
    timelines.page.mouse.up()


def test_a_double_click_shows_the_whole_clip_again(timelines: Timelines) -> None:
    timelines.point(50.5)
    timelines.page.mouse.wheel(0, -700)
    timelines.page.locator(".strip canvas").dblclick()
    timelines.point(76.5)
    timelines.page.mouse.down()
    timelines.desk.expect_frame(76)
    timelines.page.mouse.up()


def test_the_window_of_the_overview_is_moved_and_resized(timelines: Timelines) -> None:
    box = timelines.page.locator(".overview canvas").bounding_box()
    assert box is not None
    mouse, y = timelines.page.mouse, box["y"] + box["height"] - 4

    def drag(from_frame: float, to_frame: float) -> None:
        mouse.move(box["x"] + from_frame / FRAME_COUNT * box["width"], y)
        mouse.down()
        mouse.move(box["x"] + to_frame / FRAME_COUNT * box["width"], y, steps=3)
        mouse.up()

    drag(50, 60)
    timelines.point(40.5)
    mouse.down()
    timelines.desk.expect_frame(50)
    mouse.up()
    drag(93, 63)
    timelines.point(22 + 61 * 0.75)
    mouse.down()
    timelines.desk.expect_frame(55)
    mouse.up()


def test_another_threshold_is_counted_while_it_moves_and_undone_as_one(
    timelines: Timelines,
) -> None:
    page = timelines.page
    with timelines.site.runtime.database.unit_of_work() as uow:
        last = ClipRepository(uow.session).live(timelines.video_id)[2]
        last.state = ClipState.REVIEW_APPROVED
    page.reload()
    page.get_by_role("button", name="Detect").click()
    panel = page.get_by_role("region", name="Detect again")
    expect(panel).to_contain_text("2 cuts: the same as now")
    expect(panel.get_by_role("button", name="Apply")).to_be_disabled()
    slider = panel.get_by_role("slider", name="Threshold")
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    expect(panel).to_contain_text("3 cuts: 1 more than now")
    expect(panel).to_contain_text("1 approved clip would change")
    panel.get_by_label("Threshold (adaptive)").fill("4")
    expect(panel).to_contain_text("1 cut: 1 fewer than now")
    panel.get_by_label("Threshold (adaptive)").fill("1.5")
    expect(panel).to_contain_text("3 cuts: 1 more than now")
    assert timelines.cuts == [30, 75]
    panel.get_by_role("button", name="Apply").click()
    timelines.desk.expect_clip(2, of=4)
    assert timelines.cuts == [30, 75, 100]
    timelines.desk.press("Control+z")
    timelines.desk.expect_clip(3, of=3)
    assert timelines.cuts == [30, 75]


def test_escape_leaves_detect_whatever_was_used_there_and_verdicts_say_where_they_work(
    timelines: Timelines,
) -> None:
    page, desk = timelines.page, timelines.desk
    desk.press("c", "Enter", "Escape")
    desk.expect_saved()
    panel = page.get_by_role("region", name="Detect again")
    for use in (
        lambda: panel.get_by_role("slider").click(),
        lambda: panel.get_by_role("checkbox").click(),
    ):
        desk.press("t")
        use()
        desk.press("a", "s")
        expect(page.get_by_role("alert")).to_have_text(
            "verdicts work in Clips: press Esc to go back"
        )
        desk.press("Escape")
        expect(panel).to_have_count(0)
    with timelines.site.runtime.database.unit_of_work() as uow:
        states = {clip.state for clip in ClipRepository(uow.session).live(timelines.video_id)}
    assert states == {ClipState.PENDING_REVIEW}


def test_a_threshold_that_is_given_up_changes_nothing(timelines: Timelines) -> None:
    page = timelines.page
    page.get_by_role("button", name="Detect").click()
    page.get_by_label("Threshold (adaptive)").fill("1.5")
    expect(page.get_by_role("region", name="Detect again")).to_contain_text("3 cuts")
    page.get_by_role("button", name="Cancel").click()
    timelines.desk.expect_clip(2, of=3)
    assert timelines.cuts == [30, 75]
