"""Requests that come more than once, as from a tab that has lost its connection."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from heaters.models import Action
from heaters.repositories.database import UnitOfWork
from heaters.repositories.timelines import TimelineRepository
from heaters.runtime import Runtime
from heaters.services.reviewing import skip
from heaters.state.desk import Desk
from tests.support.desk import trail_of
from tests.web.conftest import AddVideo
from tests.web.desk_tab import DeskTab
from tests.web.events import run


def actions_of(runtime: Runtime, video_id: int) -> list[Action]:
    """Return what reviewers did, the latest first."""
    actions = trail_of(runtime.database, video_id)
    return [action for action in reversed(actions) if action.reviewer_id is not None]


def kinds_of(runtime: Runtime, video_id: int) -> list[str]:
    return [action.kind.value for action in actions_of(runtime, video_id)]


async def opened(video_id: int) -> DeskTab:
    tab = DeskTab(video_id)
    await tab.load()
    return tab


STORY: list[tuple[dict[str, Any], str]] = [
    ({"kind": "add_cut", "frame": 10}, "cut at frame 10"),
    ({"kind": "approve", "clips": [[0, 10]]}, "approved clip 1"),
    ({"kind": "move_cut", "frame": 30, "to_frame": 20}, "moved the cut at frame 30 to 20"),
    ({"kind": "confirm_cut", "frame": 31}, "confirmed the cut at frame 31"),
    ({"kind": "group", "clips": [[0, 10], [31, 75]]}, "grouped 2 clips"),
    ({"kind": "undo"}, "undone: grouped 2 clips"),
    ({"kind": "redo"}, "redone: grouped 2 clips"),
    ({"kind": "remove_cut", "frame": 75}, "removed the cut at frame 75"),
    ({"kind": "replace_cuts", "cuts": [50], "threshold": 3}, "detected cuts (threshold 3)"),
]


def test_what_is_asked_again_is_done_once_and_answered_alike(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        for intent, said in STORY:
            request = intent | {"request_id": str(uuid4())}
            first = await tab.act(**request)
            rows, last = tab.rows, tab.values["last_action"]
            await tab.load()  # as after a reload, or in another process
            again = await tab.act(**request)
            assert (first.said, again.said, again.refused) == (said, said, "")
            assert (again.removed, tab.rows, tab.values["last_action"]) == (0, rows, last)

    run(work)
    done = [intent["kind"] for intent, _ in STORY]
    assert kinds_of(desk.runtime, video_id) == done[::-1]


def test_what_was_taken_back_since_is_not_done_again(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        request = {"kind": "approve", "clips": [[0, 30]], "request_id": str(uuid4())}
        await tab.act(**request)
        await tab.act(kind="undo")
        await tab.act(**request)
        assert tab.letters == "PPPP"
        assert (tab.values["last_action"], tab.values["can_redo"]) == ("", True)

    run(work)
    assert kinds_of(desk.runtime, video_id) == ["undo", "approve"]


def test_taking_back_twice_takes_back_two_only_under_two_names(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        await tab.act(kind="approve", clips=[[0, 30]])
        await tab.act(kind="approve", clips=[[30, 31]])
        request_id = str(uuid4())
        for _ in range(3):
            await tab.act(kind="undo", request_id=request_id)
        assert tab.letters == "APPP"
        await tab.act(kind="undo")
        assert tab.letters == "PPPP"

    run(work)


def test_the_same_request_from_two_tabs_at_once_is_done_once(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def at_once(request: dict[str, Any]) -> list[str]:
        """Send it from two tabs that both wait for the video, and return the answers."""
        tabs = [await opened(video_id) for _ in range(2)]
        with desk.runtime.database.unit_of_work() as uow:
            TimelineRepository(uow.session).lock_video(video_id)
            answers = [asyncio.create_task(tab.act(**request)) for tab in tabs]
            while waiting_count(uow) < len(tabs):
                await asyncio.sleep(0.01)
        return [answer.refused or answer.said for answer in await asyncio.gather(*answers)]

    async def work() -> None:
        tab = await opened(video_id)
        await tab.act(kind="skip", clips=[[0, 30]])
        await tab.act(kind="skip", clips=[[31, 75]])
        for intent, said in (
            ({"kind": "undo"}, "undone: skipped clip 3"),
            ({"kind": "add_cut", "frame": 10}, "cut at frame 10"),
        ):
            assert await at_once(intent | {"request_id": str(uuid4())}) == [said, said]

    run(work)
    assert kinds_of(desk.runtime, video_id) == ["add_cut", "undo", "skip", "skip"]


def waiting_count(uow: UnitOfWork) -> int:
    """Return how many sessions of this database wait for a lock."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return uow.session.connection().execute(text(query)).scalar_one()


def test_the_same_name_on_another_video_is_another_request(desk: Desk, add_video: AddVideo) -> None:
    video_ids = [add_video(), add_video()]
    request_id = str(uuid4())

    async def work() -> None:
        for video_id in video_ids:
            tab = await opened(video_id)
            await tab.act(kind="approve", clips=[[0, 30]], request_id=request_id)
            assert tab.letters == "APPP"

    run(work)


def test_what_was_refused_is_looked_at_again(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()
    request = {"kind": "approve", "clips": [[0, 10]], "request_id": str(uuid4())}

    async def work() -> None:
        tab = await opened(video_id)
        assert "not a clip" in (await tab.act(**request)).refused
        await tab.act(kind="add_cut", frame=10)
        assert (await tab.act(**request)).said == "approved clip 1"

    run(work)


def test_what_is_done_otherwise_has_no_request(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        with desk.runtime.database.unit_of_work() as uow:
            skip(uow, [tab.rows[0][0]], reviewer_id=1)
            skip(uow, [tab.rows[1][0]], reviewer_id=1)

    run(work)
    assert [action.request_id for action in actions_of(desk.runtime, video_id)] == [None, None]


@pytest.fixture
def no_archiving(desk: Desk) -> Any:
    """A database with a rule that Heaters does not know of."""
    rule = "ALTER TABLE actions ADD CONSTRAINT no_archiving CHECK (kind <> 'archive') NOT VALID"
    with desk.runtime.database.unit_of_work() as uow:
        uow.session.connection().execute(text(rule))
    yield
    with desk.runtime.database.unit_of_work() as uow:
        uow.session.connection().execute(text("ALTER TABLE actions DROP CONSTRAINT no_archiving"))


@pytest.mark.usefixtures("no_archiving")
def test_an_error_that_nobody_expects_is_an_answer_so_that_it_holds_nothing_up(
    add_video: AddVideo,
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        answer = await tab.act(kind="archive", clips=[[0, 30]])
        assert "could not be done" in answer.refused
        assert tab.letters == "PPPP"
        await tab.act(kind="skip", clips=[[0, 30]])
        assert tab.letters == "SPPP"

    run(work)
