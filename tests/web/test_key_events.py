"""Key events as they really come: other scripts, input methods, autofill, keys that are held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from heaters.models import LOCAL_REVIEWER_ID, Reviewer
from heaters.repositories.actions import ActionRepository
from heaters.services.preferences import save_keyboard
from tests.support.site import Site
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage

SEND = (Path(__file__).parent / "key_events.js").read_text()
CASES = json.loads(
    (Path(__file__).parent.parent / "javascript" / "key_events.json").read_text(encoding="utf-8")
)
EVENTS = {case["about"]: case["event"] for case in CASES}
NOT_OURS = [case["event"] for case in CASES if not case["called"]]


class Hand:
    """A hand on the keyboard of one page of one video, and what came of it."""

    def __init__(self, page: Page, site: Site, video_id: int) -> None:
        self.page, self.site, self.video_id = page, site, video_id

    def send(self, about: str, repeats: int = 0) -> None:
        """Send one of the events of the table, held for some repetitions."""
        self.page.evaluate(SEND, {"event": EVENTS[about], "repeats": repeats})

    def send_what_is_not_ours(self) -> None:
        """Send everything that no key of ours is."""
        for event in NOT_OURS:
            self.page.evaluate(SEND, {"event": event, "repeats": 1})

    def actions(self) -> list[str]:
        """Return the kinds of what was done, oldest first."""
        with self.site.runtime.database.unit_of_work() as uow:
            entries = ActionRepository(uow.session).history(self.video_id, limit=100)
        return [entry.kind.value for entry in entries][::-1]


@pytest.fixture
def video_id(add_video: AddVideo) -> int:
    return add_video()


@pytest.fixture
def at_desk(page: Page, site: Site, video_id: int) -> tuple[Hand, DeskPage]:
    return Hand(page, site, video_id), DeskPage(page, site, video_id).open()


@pytest.fixture
def at_grid(page: Page, site: Site, video_id: int) -> Hand:
    """The video page, with its first clip in focus."""
    open_grid(page, site, video_id)
    return Hand(page, site, video_id)


def open_grid(page: Page, site: Site, video_id: int) -> None:
    page.goto(f"{site.origin}/videos/{video_id}")
    expect(page.locator(".keys")).to_be_visible()  # from now on keys work
    card(page, 1).focus()


def card(page: Page, number: int) -> Locator:
    return page.locator("[data-clip-id]").nth(number - 1)


def test_other_scripts_and_odd_events_at_the_desk(at_desk: tuple[Hand, DeskPage]) -> None:
    hand, desk = at_desk
    hand.send_what_is_not_ours()
    for about in ("AltGr and a letter", "German Ü, where a bracket is elsewhere"):
        hand.send(about)
    desk.page.get_by_label("Tags").focus()
    hand.send_what_is_not_ours()
    expect(desk.page.get_by_label("Tags")).to_be_focused()
    desk.press("Escape")
    desk.expect_frame(0)
    for about in ("Hangul", "Russian А", "Russian undo", "Russian redo"):
        hand.send(about)
        desk.expect_saved()
    assert hand.actions() == ["approve", "approve", "undo", "redo"]


def test_keys_that_are_held_at_the_desk_do_one_thing(at_desk: tuple[Hand, DeskPage]) -> None:
    hand, desk = at_desk
    hand.send("a letter", repeats=60)
    desk.expect_frame(30)
    hand.send("a letter")
    hand.send("Ctrl", repeats=60)
    desk.expect_saved()
    assert hand.actions() == ["approve", "approve", "undo"]


def test_other_scripts_and_odd_events_on_the_video_page(page: Page, at_grid: Hand) -> None:
    at_grid.send_what_is_not_ours()
    at_grid.send("AltGr and a letter")
    for number, about in enumerate(("Hangul", "Russian А"), start=1):
        at_grid.send(about)
        expect(card(page, number)).to_have_attribute("data-group", "approved")
    for about, group in (("Russian undo", "pending"), ("German redo", "approved")):
        at_grid.send(about)
        expect(card(page, 2)).to_have_attribute("data-group", group)
    assert at_grid.actions() == ["approve", "approve", "undo", "redo"]


def test_keys_that_are_held_on_the_video_page_do_one_thing(page: Page, at_grid: Hand) -> None:
    at_grid.send("a letter", repeats=60)
    expect(card(page, 1)).to_have_attribute("data-group", "approved")
    expect(card(page, 2)).to_be_focused()
    at_grid.send("a letter")
    expect(card(page, 2)).to_have_attribute("data-group", "approved")
    at_grid.send("Ctrl", repeats=60)
    expect(card(page, 2)).to_have_attribute("data-group", "pending")
    assert at_grid.actions() == ["approve", "approve", "undo"]


@pytest.fixture
def keep_keys(site: Site) -> Iterator[Any]:
    """Keeps keys for the reviewer, and gives them the first ones back."""

    def keep(keys: dict[str, Any]) -> None:
        with site.runtime.database.unit_of_work() as uow:
            save_keyboard(uow, LOCAL_REVIEWER_ID, keys)

    yield keep
    with site.runtime.database.unit_of_work() as uow:
        for reviewer in uow.session.exec(select(Reviewer)):
            reviewer.keys = {}


def test_the_video_page_has_the_keys_of_the_desk(
    page: Page, site: Site, video_id: int, keep_keys: Any
) -> None:
    keep_keys({"preset": "cvat", "remaps": {"skip": ["q"]}})
    hand = Hand(page, site, video_id)
    open_grid(page, site, video_id)
    expect(page.locator(".keys")).to_contain_text("Qskip")
    expect(page.locator(".keys")).to_contain_text("Delarchive")
    expect(card(page, 1).locator("kbd")).to_have_text(["A", "Q", "Del"])
    page.keyboard.press("d")  # a frame back at the desk, and nothing here
    page.keyboard.press("s")
    page.keyboard.press("q")
    expect(card(page, 1)).to_have_attribute("data-group", "skipped")
    page.keyboard.press("Delete")
    expect(card(page, 2)).to_have_attribute("data-group", "archived")
    page.keyboard.press("Control+z")
    expect(card(page, 2)).to_have_attribute("data-group", "pending")
    page.keyboard.press("Control+y")
    expect(card(page, 2)).to_have_attribute("data-group", "archived")
    assert hand.actions() == ["skip", "archive", "undo", "redo"]
