"""A whole review without a mouse, each step looked up in the database."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from heaters.domain.lifecycle import ClipState
from heaters.models import Action, ActionKind, Clip
from heaters.runtime import Runtime
from tests.web.conftest import AddVideo, Site

PENDING, APPROVED = ClipState.PENDING_REVIEW, ClipState.REVIEW_APPROVED
SKIPPED, ARCHIVED = ClipState.REVIEW_SKIPPED, ClipState.REVIEW_ARCHIVED


@dataclass
class Desk:
    """A video's desk in a browser, a hand on the keyboard, and the database behind it."""

    page: Page
    runtime: Runtime
    video_id: int

    def shows(self, frame: int) -> None:
        """Wait until this frame is painted."""
        expect(self.page.locator(f"canvas[data-frame='{frame}'].stage-picture")).to_be_visible()

    def go_to(self, frame: int, key: str = "f") -> None:
        """Type the number of a frame, and wait until it is painted."""
        self.page.keyboard.press(key)
        self.page.keyboard.type(str(frame))
        self.page.keyboard.press("Enter")
        self.shows(frame)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until what they do is saved."""
        for key in keys:
            self.page.keyboard.press(key)
            expect(self.page.locator(".status-saved")).to_have_text("saved")

    def tab_to(self, wanted: Locator) -> None:
        """Press Tab until this has the focus."""
        for _ in range(200):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"no Tab leads to {wanted}")

    def clips(self) -> list[Clip]:
        """Return the live clips in the database."""
        query = select(Clip).where(Clip.video_id == self.video_id)
        with self.runtime.database.unit_of_work() as uow:
            live = query.where(col(Clip.state) != ClipState.SUPERSEDED)
            found = uow.session.exec(live.order_by(col(Clip.start_frame))).all()
            uow.session.expunge_all()
        return list(found)

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
        query = select(Action).where(Action.video_id == self.video_id)
        with self.runtime.database.unit_of_work() as uow:
            rows = uow.session.exec(query.order_by(col(Action.revision))).all()
            return [(row.kind, row.frame, row.to_frame) for row in rows]


@pytest.fixture
def desk(page: Page, site: Site, runtime: Runtime, add_video: AddVideo) -> Desk:
    """The desk of a video of 120 frames, cut at 30, 31 and 75, opened at its first clip."""
    opened = Desk(page, runtime, add_video())
    page.goto(f"{site.origin}/videos/{opened.video_id}/review")
    opened.shows(0)
    return opened


def test_a_cut_is_made_moved_and_removed_where_the_eye_is(desk: Desk) -> None:
    desk.go_to(50)
    desk.press("b")
    assert desk.starts == [0, 30, 31, 50, 75]
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press(".")
    desk.shows(52)
    desk.press("[")
    assert desk.starts == [0, 30, 31, 52, 75]
    desk.page.keyboard.press("Shift+ArrowRight")
    desk.shows(62)
    desk.press("o")
    assert desk.starts == [0, 30, 31, 52, 63]
    desk.page.keyboard.press("Home")
    desk.shows(52)
    desk.press("Backspace")
    assert desk.starts == [0, 30, 31, 63]
    assert [kind for kind, _, _ in desk.actions] == [
        "add_cut",
        "move_cut",
        "move_cut",
        "remove_cut",
    ]


def test_verdicts_move_on_to_the_next_pending_clip_until_everything_is_reviewed(desk: Desk) -> None:
    desk.press("a")
    desk.shows(30)
    desk.press("s")
    desk.shows(31)
    desk.press("d")
    desk.shows(75)
    assert desk.states == [APPROVED, SKIPPED, ARCHIVED, PENDING]
    desk.press("Control+z")
    assert desk.states == [APPROVED, SKIPPED, PENDING, PENDING]
    desk.press("Control+Shift+z")
    assert desk.states == [APPROVED, SKIPPED, ARCHIVED, PENDING]
    desk.press("a")
    assert desk.states == [APPROVED, SKIPPED, ARCHIVED, APPROVED]
    expect(desk.page.get_by_role("heading", name="Everything is reviewed")).to_be_visible()


def test_marked_clips_are_grouped_and_taken_apart_and_both_is_taken_back(desk: Desk) -> None:
    desk.page.keyboard.press("m")
    desk.page.keyboard.press("ArrowDown")
    desk.shows(30)
    desk.page.keyboard.press("ArrowDown")
    desk.shows(31)
    desk.press("g")
    assert desk.grouped == [0, 31]
    desk.press("Shift+G")
    assert desk.grouped == [0]
    desk.press("Control+z")
    assert desk.grouped == [0, 31]
    desk.press("Control+z")
    assert desk.grouped == []
    desk.press("Control+y")
    assert desk.grouped == [0, 31]


def test_what_cannot_be_is_refused_in_words_and_changes_nothing(desk: Desk) -> None:
    desk.go_to(31)
    desk.press("b")
    expect(desk.page.locator(".status-last")).to_have_text("there is already a cut at frame 31")
    assert desk.starts == [0, 30, 31, 75]
    assert desk.actions == []


def test_no_key_fires_while_notes_are_typed_and_escape_leaves_them(desk: Desk) -> None:
    notes = desk.page.get_by_label("Notes")
    expect(notes).to_be_enabled()
    desk.tab_to(notes)
    desk.page.keyboard.type("a sad bag, 0?")
    desk.press("Escape")
    assert desk.states == [PENDING] * 4
    assert desk.clips()[0].notes == "a sad bag, 0?"
    assert desk.starts == [0, 30, 31, 75]
    desk.press("s")
    assert desk.states == [SKIPPED, PENDING, PENDING, PENDING]


def test_cuts_are_confirmed_moved_and_removed_one_after_the_other(desk: Desk) -> None:
    desk.page.keyboard.press("c")
    checked = desk.page.get_by_text(" of 3 checked")
    expect(checked).to_have_text("0 of 3 checked")
    under_check = desk.page.locator(".boundary-words")
    expect(under_check).to_have_text("Cut at 30")
    desk.press("Enter")
    expect(under_check).to_have_text("Cut at 31")
    expect(checked).to_have_text("1 of 3 checked")
    desk.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Enter")
    expect(under_check).to_have_text("Cut at 75")
    assert desk.starts == [0, 30, 33, 75]
    desk.press("Backspace")
    assert desk.starts == [0, 30, 33]
    assert desk.actions == [
        ("confirm_cut", 30, None),
        ("move_cut", 31, 33),
        ("remove_cut", 75, None),
    ]
    desk.press("Escape")
    expect(desk.page.get_by_role("group", name="Actions")).to_be_visible()


def test_exported_clips_are_cut_only_after_the_question(desk: Desk) -> None:
    with desk.runtime.database.unit_of_work() as uow:
        for clip in uow.session.exec(select(Clip).where(Clip.video_id == desk.video_id)):
            clip.state = ClipState.EXPORTED
    desk.go_to(50)
    desk.press("b")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    desk.page.keyboard.press("a")  # no hotkey while something is asked
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert desk.starts == [0, 30, 31, 75]
    desk.press("b")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    desk.press("Enter")
    assert desk.starts == [0, 30, 31, 50, 75]


def test_a_key_of_ones_own_outlasts_a_reload(desk: Desk) -> None:
    desk.page.keyboard.press("?")
    dialog = desk.page.get_by_role("dialog")
    desk.tab_to(dialog.get_by_label("Change A: Approve the clip, go on"))
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("s")
    said = dialog.get_by_role("status")
    expect(said).to_have_text("S: “Approve the clip, go on”, and no longer “Skip the clip, go on”.")
    desk.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(desk.page.locator(".notice")).to_have_text("Your keys are kept")

    desk.page.reload()
    desk.shows(0)
    desk.press("s")
    desk.shows(30)
    assert desk.states == [APPROVED, PENDING, PENDING, PENDING]

    desk.page.keyboard.press("?")
    desk.tab_to(dialog.get_by_role("button", name="LosslessCut"))
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    desk.go_to(60, key="g")
    desk.press("ArrowLeft")  # a second back
    desk.shows(30)
