"""A whole review without a mouse, each step looked up in the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from heaters.domain.lifecycle import ClipState
from heaters.models import ActionKind, Clip, Reviewer
from heaters.repositories.clips import ClipRepository
from tests.support.desk import trail_of
from tests.support.site import Site
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage

PENDING, APPROVED = ClipState.PENDING_REVIEW, ClipState.REVIEW_APPROVED
SKIPPED, ARCHIVED = ClipState.REVIEW_SKIPPED, ClipState.REVIEW_ARCHIVED


class Review(DeskPage):
    """A desk, a hand on its keyboard, and the database behind it."""

    def __init__(self, page: Page, site: Site, video_id: int) -> None:
        super().__init__(page, site, video_id)
        self.database = site.runtime.database

    def do(self, *keys: str) -> None:
        """Press keys one after the other, and wait each time until what they do is saved."""
        for key in keys:
            self.press(key)
            self.expect_saved()

    def go_to(self, frame: int, key: str = "f") -> None:
        """Type the number of a frame, and wait until it is painted."""
        self.press(key)
        self.page.keyboard.type(str(frame))
        self.press("Enter")
        self.expect_frame(frame)

    def tab_to(self, wanted: Locator) -> None:
        """Press Tab until this has the focus."""
        for _ in range(200):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        pytest.fail(f"no Tab leads to {wanted}")

    def clips(self) -> list[Clip]:
        """Return the live clips in the database."""
        with self.database.unit_of_work() as uow:
            return list(ClipRepository(uow.session).live(self.video_id))

    @property
    def starts(self) -> list[int]:
        """First frames of the live clips."""
        return [clip.start_frame for clip in self.clips()]

    @property
    def states(self) -> list[str]:
        """States of the live clips."""
        return [clip.state for clip in self.clips()]

    @property
    def grouped(self) -> list[int]:
        """First frames of the clips that are in a group."""
        return [clip.start_frame for clip in self.clips() if clip.group_id is not None]

    @property
    def actions(self) -> list[tuple[ActionKind, int | None, int | None]]:
        """What reviewers did, oldest first: the kind, the cut, and where it was moved."""
        actions = trail_of(self.database, self.video_id)
        return [(action.kind, action.frame, action.to_frame) for action in actions]


@pytest.fixture
def desk(page: Page, site: Site, add_video: AddVideo) -> Review:
    """The desk of a video of 120 frames, cut at 30, 31 and 75, opened at its first clip."""
    review = Review(page, site, add_video())
    review.open()
    review.expect_frame(0)
    return review


def test_a_cut_is_made_moved_and_removed_where_the_eye_is(desk: Review) -> None:
    desk.go_to(50)
    desk.do("b")
    assert desk.starts == [0, 30, 31, 50, 75]
    desk.press("ArrowRight")
    desk.press(".")
    desk.expect_frame(52)
    desk.do("[")
    assert desk.starts == [0, 30, 31, 52, 75]
    desk.press("Shift+ArrowRight")
    desk.expect_frame(62)
    desk.do("o")
    assert desk.starts == [0, 30, 31, 52, 63]
    desk.press("Home")
    desk.expect_frame(52)
    desk.do("Backspace")
    assert desk.starts == [0, 30, 31, 63]
    assert [kind for kind, _, _ in desk.actions] == [
        "add_cut",
        "move_cut",
        "move_cut",
        "remove_cut",
    ]


def test_verdicts_move_on_to_the_next_pending_clip_until_everything_is_reviewed(
    desk: Review,
) -> None:
    desk.do("a")
    desk.expect_frame(30)
    desk.do("s")
    desk.expect_frame(31)
    desk.do("d")
    desk.expect_frame(75)
    assert desk.states == [APPROVED, SKIPPED, ARCHIVED, PENDING]
    desk.do("Control+z")
    assert desk.states == [APPROVED, SKIPPED, PENDING, PENDING]
    desk.expect_frame(31)
    desk.do("Control+Shift+z")
    assert desk.states == [APPROVED, SKIPPED, ARCHIVED, PENDING]
    desk.expect_frame(31)
    desk.do("n")
    desk.expect_frame(75)
    desk.do("a")
    assert desk.states == [APPROVED, SKIPPED, ARCHIVED, APPROVED]
    expect(desk.page.get_by_role("heading", name="Everything is reviewed")).to_be_visible()


def test_marked_clips_are_grouped_and_taken_apart_and_both_is_taken_back(desk: Review) -> None:
    desk.press("m")
    desk.press("ArrowDown")
    desk.expect_frame(30)
    desk.press("ArrowDown")
    desk.expect_frame(31)
    desk.do("g")
    assert desk.grouped == [0, 31]
    desk.do("Shift+G")
    assert desk.grouped == [0]
    desk.do("Control+z")
    assert desk.grouped == [0, 31]
    desk.do("Control+z")
    assert desk.grouped == []
    desk.do("Control+y")
    assert desk.grouped == [0, 31]


def test_what_cannot_be_is_refused_in_words_and_changes_nothing(desk: Review) -> None:
    desk.go_to(31)
    desk.do("b")
    expect(desk.page.get_by_role("alert")).to_have_text("there is already a cut at frame 31")
    expect(desk.page.locator(".notice.refusal")).to_be_in_viewport(ratio=1)
    assert desk.starts == [0, 30, 31, 75]
    assert desk.actions == []


def test_no_key_fires_while_notes_are_typed_and_escape_leaves_them(desk: Review) -> None:
    notes = desk.page.get_by_label("Notes")
    expect(notes).to_be_enabled()
    desk.tab_to(notes)
    desk.page.keyboard.type("a sad bag, 0?")
    desk.do("Escape")
    assert desk.states == [PENDING] * 4
    assert desk.clips()[0].notes == "a sad bag, 0?"
    assert desk.starts == [0, 30, 31, 75]
    desk.do("s")
    assert desk.states == [SKIPPED, PENDING, PENDING, PENDING]


def test_cuts_are_confirmed_moved_and_removed_one_after_the_other(desk: Review) -> None:
    desk.press("c")
    checked = desk.page.locator(".boundary > p")
    expect(checked).to_contain_text("0 of 3 checked")
    under_check = desk.page.locator(".boundary-words")
    expect(under_check).to_have_text("Cut at 30")
    desk.do("Enter")
    expect(under_check).to_have_text("Cut at 31")
    expect(checked).to_contain_text("1 of 3 checked")
    desk.do("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Enter")
    expect(under_check).to_have_text("Cut at 75")
    assert desk.starts == [0, 30, 33, 75]
    desk.do("Backspace")
    assert desk.starts == [0, 30, 33]
    assert desk.actions == [
        ("confirm_cut", 30, None),
        ("move_cut", 31, 33),
        ("remove_cut", 75, None),
    ]
    desk.do("Escape")
    expect(desk.page.get_by_role("group", name="Actions")).to_be_visible()


def test_when_every_cut_is_checked_the_desk_says_so(desk: Review) -> None:
    desk.press("c")
    said = desk.page.get_by_role("region", name="Checking cuts").get_by_role("status")
    expect(said).to_be_empty()
    desk.do("Enter", "Enter", "Enter")
    expect(said).to_contain_text("Every cut is checked")
    desk.do("Control+z")
    expect(said).to_be_empty()
    desk.do("Control+y")
    said.get_by_role("button", name="Back to the clips").click()
    expect(desk.page.get_by_role("group", name="Actions")).to_be_visible()


def test_who_stops_checking_stays_at_the_cut(desk: Review) -> None:
    desk.press("c", "ArrowDown", "ArrowDown")
    expect(desk.page.locator(".boundary-words")).to_have_text("Cut at 75")
    desk.press("Escape")
    desk.expect_frame(75)
    desk.expect_clip(4, of=4)


def test_without_scores_cuts_are_checked_in_their_order_and_the_desk_says_so(desk: Review) -> None:
    desk.press("c")
    expect(desk.page.get_by_text("in the order of the video (no scores)")).to_be_visible()
    desk.press("t")
    expect(desk.page.get_by_text("No scores of a detector are known")).to_be_visible()


def test_a_frame_that_is_none_is_not_gone_to_and_the_reason_is_said(desk: Review) -> None:
    number = desk.page.get_by_role("button", name="frame 0")
    number.click()
    field = desk.page.get_by_label("frame", exact=True)
    said = desk.page.get_by_role("alert")
    for typed, reason in (
        ("twelve", "type a frame from 0 to 119"),
        ("99999", "the last frame is 119, at 00:00:03:29"),
        ("00:01:00:00", "the last frame is 119"),
        ("00:00:01:30", "this second has the frames 00 to 29"),
    ):
        field.fill(typed)
        desk.press("Enter")
        expect(said).to_contain_text(reason)
        assert field.evaluate("field => field.matches(':user-invalid')")
    field.fill(" 12 ")
    desk.press("Enter")
    desk.expect_frame(12)
    expect(desk.page.get_by_role("button", name="frame 12")).to_be_focused()
    desk.press("f")
    field.fill("00:00:02:17")
    desk.press("Enter")
    desk.expect_frame(77)
    desk.press("f", "Escape", "Space")
    expect(desk.page.get_by_role("button", name="Pause")).to_be_visible()


def test_an_undo_while_cuts_are_checked_returns_to_the_cut(desk: Review) -> None:
    desk.press("c")
    under_check = desk.page.locator(".boundary-words")
    expect(under_check).to_have_text("Cut at 30")
    desk.do("Enter")
    expect(under_check).to_have_text("Cut at 31")
    desk.do("Control+z")
    expect(under_check).to_have_text("Cut at 30")
    desk.do("Backspace")
    expect(under_check).to_have_text("Cut at 31")
    desk.do("Control+z")
    expect(under_check).to_have_text("Cut at 30")
    assert desk.starts == [0, 30, 31, 75]


def test_two_cuts_that_need_a_question_are_asked_about_in_their_order(desk: Review) -> None:
    with desk.database.unit_of_work() as uow:
        for clip in ClipRepository(uow.session).live(desk.video_id):
            clip.state = ClipState.EXPORTED
    # At once, as a quick hand does: the answer to the first is not there yet.
    desk.page.evaluate(
        """() => ["Backspace", "ArrowDown", "ArrowDown", "Backspace"].forEach((key) =>
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})))"""
    )
    dialog = desk.page.get_by_role("dialog")
    asked = dialog.locator("p").first
    expect(asked).to_contain_text("Clips 1 and 2 are exported.")
    dialog.get_by_role("button", name="Replace 2 clips").click()
    expect(asked).to_contain_text("Clips 2 and 3 are exported.")  # counted without the cut at 30
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Replace 2 clips").click()
    desk.expect_saved()
    expect(dialog).to_have_count(0)
    assert desk.actions == [("remove_cut", 30, None), ("remove_cut", 75, None)]


def test_exported_clips_are_cut_only_after_the_question(desk: Review) -> None:
    with desk.database.unit_of_work() as uow:
        for clip in ClipRepository(uow.session).live(desk.video_id):
            clip.state = ClipState.EXPORTED
    desk.go_to(50)
    desk.do("b")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    desk.press("a")  # no hotkey while something is asked
    desk.press("Escape")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert desk.starts == [0, 30, 31, 75]
    dialog = desk.page.get_by_role("dialog", name="Replace an exported clip?")
    desk.do("b")
    expect(dialog).to_contain_text("Clip 3 is exported. Its file will be withdrawn")
    desk.do("Enter")  # a quick hand changes nothing
    expect(dialog).to_have_count(0)
    assert desk.starts == [0, 30, 31, 75]
    desk.do("b")
    desk.tab_to(dialog.get_by_role("button", name="Replace clip 3"))
    desk.do("Enter")
    assert desk.starts == [0, 30, 31, 50, 75]


@pytest.fixture
def keyboard_of_ones_own(site: Site) -> Iterator[None]:
    """Gives reviewers the keys back that they had at first."""
    yield
    with site.runtime.database.unit_of_work() as uow:
        for reviewer in uow.session.exec(select(Reviewer)):
            reviewer.keys = {}


@pytest.mark.usefixtures("keyboard_of_ones_own")
def test_a_key_of_ones_own_outlasts_a_reload(desk: Review) -> None:
    desk.press("?")
    dialog = desk.page.get_by_role("dialog")
    desk.tab_to(dialog.get_by_label("Change A: Approve the clip, go on"))
    desk.press("Enter")
    desk.press("s")
    said = dialog.get_by_role("status")
    expect(said).to_have_text("S: “Approve the clip, go on”, and no longer “Skip the clip, go on”.")
    desk.press("Escape")
    expect(dialog).to_have_count(0)
    expect(desk.page.locator(".notice")).to_have_text("Your keys are kept")

    desk.page.reload()
    desk.expect_frame(0)
    desk.do("s")
    desk.expect_frame(30)
    assert desk.states == [APPROVED, PENDING, PENDING, PENDING]

    desk.press("?")
    desk.tab_to(dialog.get_by_role("button", name="LosslessCut"))
    desk.press("Enter")
    desk.press("Escape")
    expect(dialog).to_have_count(0)
    desk.go_to(60, key="g")
    desk.do("ArrowLeft")  # a second back
    desk.expect_frame(30)
