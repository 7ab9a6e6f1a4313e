"""The review desk while the server is away: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from heaters.domain.lifecycle import ClipState
from heaters.models import LOCAL_REVIEWER_ID
from heaters.repositories.clips import ClipRepository
from heaters.repositories.timelines import TimelineRepository
from heaters.state.intents import carry_out, parse_intent
from tests.support.desk import trail_of
from tests.support.site import Site, served
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage


@pytest.fixture
def doomed(site: Site) -> Iterator[Site]:
    """A second web process for the same library, to be killed."""
    with served(site.runtime) as process:
        yield process


@pytest.fixture
def video_id(add_video: AddVideo) -> int:
    """A video of four clips."""
    return add_video()


@pytest.fixture
def desk(context: BrowserContext, doomed: Site, video_id: int) -> DeskPage:
    """Its desk in a tab that the doomed process serves."""
    page = context.new_page()
    page.goto(doomed.address)
    return DeskPage(page, doomed, video_id).open()


def lose_server(desk: DeskPage, doomed: Site) -> None:
    """Kill the process that was started and the one in it that serves, whatever they do."""
    pid = doomed.process.pid
    serving = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in (*map(int, serving), pid):
        os.kill(each, signal.SIGKILL)
    expect(desk.page.locator(".offline")).to_be_visible()


def expect_waiting(desk: DeskPage, words: str) -> None:
    expect(desk.page.get_by_text(f"offline: {words}")).to_be_visible()


def key_of(desk: DeskPage, reviewer_id: int = LOCAL_REVIEWER_ID) -> str:
    """Return under which key the tab keeps what a reviewer did at this desk."""
    return f"heaters.unanswered.{reviewer_id}.{desk.video_id}"


def requests_kept(desk: DeskPage) -> list[dict[str, Any]]:
    """Return what the tab keeps for the server."""
    stored = desk.page.evaluate(f"sessionStorage.getItem('{key_of(desk)}')")
    return json.loads(stored or "[]")


Trail = Callable[[], list[str]]


@pytest.fixture
def trail(site: Site, video_id: int) -> Trail:
    """Reads what reviewers did with the video, the first first."""

    def read() -> list[str]:
        actions = trail_of(site.runtime.database, video_id)
        return [action.kind.value for action in actions if action.reviewer_id is not None]

    return read


def states_of(site: Site, video_id: int) -> list[ClipState]:
    """Return the states of the first two clips."""
    with site.runtime.database.unit_of_work() as uow:
        return [clip.state for clip in ClipRepository(uow.session).live(video_id)[:2]]


def test_what_is_done_offline_is_kept_and_saved_when_the_server_is_back(
    site: Site, doomed: Site, desk: DeskPage, trail: Trail
) -> None:
    lose_server(desk, doomed)
    desk.press("a")
    expect_waiting(desk, "1 action waits")
    with served(site.runtime, port=doomed.port):
        expect(desk.page.locator(".offline")).to_be_hidden()
        desk.expect_saved()
        assert states_of(site, desk.video_id)[0] == ClipState.REVIEW_APPROVED
        assert trail() == ["approve"]
        assert requests_kept(desk) == []


def test_what_is_done_offline_survives_a_reload(
    site: Site, doomed: Site, desk: DeskPage, trail: Trail
) -> None:
    lose_server(desk, doomed)
    desk.press("a", "s", "Control+z")
    expect_waiting(desk, "3 actions wait")
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        desk.page.reload()
    with served(site.runtime, port=doomed.port):
        desk.open()
        desk.expect_saved()
        assert trail() == ["approve", "skip", "undo"]
        desk.open()
        desk.expect_saved()
        assert trail() == ["approve", "skip", "undo"]


def test_an_undo_takes_back_what_was_done_before_it_and_nothing_else(
    site: Site, doomed: Site, desk: DeskPage, trail: Trail
) -> None:
    desk.press("s")
    desk.expect_saved()
    desk.expect_clip(2, of=4)
    with site.runtime.database.unit_of_work() as uow:
        TimelineRepository(uow.session).lock_video(desk.video_id)
        desk.press("a")
        expect_waiting(desk, "1 action waits")  # the server has it, and waits itself
        lose_server(desk, doomed)
    desk.press("Control+z")
    expect_waiting(desk, "2 actions wait")
    with served(site.runtime, port=doomed.port):
        desk.expect_saved()
        assert states_of(site, desk.video_id) == [
            ClipState.REVIEW_SKIPPED,
            ClipState.PENDING_REVIEW,
        ]
        assert trail() == ["skip", "approve", "undo"]


def test_what_was_done_although_its_answer_is_lost_is_not_done_again(
    site: Site, doomed: Site, desk: DeskPage, trail: Trail
) -> None:
    desk.press("s")
    desk.expect_saved()
    lose_server(desk, doomed)
    desk.press("a", "Control+z")
    expect_waiting(desk, "2 actions wait")
    approval, _ = requests_kept(desk)
    with site.runtime.database.unit_of_work() as uow:
        carry_out(uow, desk.video_id, LOCAL_REVIEWER_ID, parse_intent(approval))
    with served(site.runtime, port=doomed.port):
        desk.expect_saved()
        assert trail() == ["skip", "approve", "undo"]


def test_garbage_in_the_tab_keeps_no_desk_from_opening(
    page: Page, site: Site, video_id: int, trail: Trail
) -> None:
    desk = DeskPage(page, site, video_id).open()
    desk.press("s")
    desk.expect_saved()
    garbage = json.dumps([None, {"kind": "approve", "clips": 5, "request_id": "x"}, {"kind": 7}])
    page.evaluate(
        "([key, value]) => sessionStorage.setItem(key, value)",
        [key_of(desk), garbage],
    )
    page.reload()
    desk.wait_until_open()
    desk.press("a")
    desk.expect_saved()
    assert trail() == ["skip", "approve"]


def test_what_someone_else_left_in_the_tab_is_neither_sent_nor_lost(
    page: Page, site: Site, video_id: int, trail: Trail
) -> None:
    desk = DeskPage(page, site, video_id).open()
    others = LOCAL_REVIEWER_ID + 1
    owner = {"video_id": video_id, "reviewer_id": others}
    left = json.dumps([{"kind": "skip", "clips": [[0, 30]], "request_id": "0" * 32} | owner])
    page.evaluate(
        "([key, value]) => sessionStorage.setItem(key, value)", [key_of(desk, others), left]
    )
    page.reload()
    desk.wait_until_open()
    desk.press("a")
    desk.expect_saved()
    assert trail() == ["approve"]
    assert page.evaluate("key => sessionStorage.getItem(key)", key_of(desk, others)) == left
