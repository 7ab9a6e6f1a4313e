"""Events as any client could send them, and events that the process itself starts in a tab.

Run through Reflex's own event pipeline. The tests of ``Tabs`` fail when a Reflex release changes
the private parts that it uses.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
import reflex as rx
from reflex.event import EventCallback, EventHandler
from reflex.utils.format import format_event_handler

from heaters.domain.lifecycle import ClipState
from heaters.heaters import app
from heaters.state.desk import Desk
from heaters.state.history import HistoryState
from heaters.state.library import LibraryState
from heaters.state.review import ReviewState
from heaters.state.similar import SimilarState
from heaters.state.video import VideoState
from tests.web.conftest import AddVideo
from tests.web.events import SESSIONS, cookie_of, handle, run
from tests.web.test_pages import clips_of, states_of

TAB = "4a6cf9d2-6f41-4e29-b44f-5d0a3a0a8b11"
FROM_THE_ADDRESS = {"video_id", "clip_id"}


async def send(
    handler: EventCallback[Any], payload: dict[str, Any] | None = None, cookie: str | None = None
) -> dict[str, Any]:
    """Have an event handled as if the tab, at the library, had sent it."""
    signed_in = cookie_of(1) if cookie is None else cookie
    return await handle(handler, payload or {}, token=TAB, cookie=signed_in, page="/", address="/")


async def open_video(video_id: int) -> dict[str, Any]:
    """Let the tab open a video's page."""
    return await handle(
        VideoState.load,
        {},
        token=TAB,
        cookie=cookie_of(1),
        page="/videos/[video_id]",
        address=f"/videos/{video_id}",
        video_id=str(video_id),
    )


@pytest.mark.parametrize(
    ("verdict", "clip_id"),
    [
        ("approve", "1; DROP TABLE clips"),
        ("approve", None),
        ("approve", [1]),
        ("approve", -1),
        ("approve", 10**30),
        ("approve", 1.5),
        ("approve", True),
        ("approve", {"id": 1}),
        ("explode", 1),
        (None, 1),
        (["approve"], 1),
    ],
)
def test_arguments_that_make_no_sense_are_refused_in_words(
    desk: Desk, add_video: AddVideo, verdict: Any, clip_id: Any
) -> None:
    video_id = add_video()

    async def work() -> dict[str, Any]:
        await open_video(video_id)
        return await send(VideoState.judge, {"verdict": verdict, "clip_id": clip_id})

    changes = run(work)
    assert changes["notice_is_refusal"]
    assert set(states_of(desk.runtime, video_id)) == {ClipState.PENDING_REVIEW}


@pytest.mark.parametrize("odd", [None, "x", [], {}, -5, 10**30, 1.5])
def test_odd_pages_groups_and_frames_show_something_sensible(
    desk: Desk, add_video: AddVideo, odd: Any
) -> None:
    video_id = add_video()

    async def work() -> list[dict[str, Any]]:
        await open_video(video_id)
        return [
            await send(VideoState.turn_page, {"by": odd}),
            await send(VideoState.show_frame, {"frame": odd}),
            await send(VideoState.show_group, {"group": odd}),
        ]

    for changes in run(work):
        assert changes["page"] == 0
        assert [card.id for card in changes["clips"]] == [
            clip.id for clip in clips_of(desk.runtime, video_id)
        ]


def handlers() -> list[EventCallback[Any]]:
    """Return every event handler that the application has, Reflex's own included, in one order."""
    states: list[type[rx.State]] = [rx.State]
    for state in states:
        substates = cast("set[type[rx.State]]", state.get_substates())
        states.extend(sorted(substates, key=lambda substate: substate.get_full_name()))
    return [
        cast("EventCallback[Any]", getattr(state, name))
        for state in states
        for name in sorted(state.event_handlers)
        if name in vars(state)
    ]


def test_every_page_has_its_handlers_among_those_enumerated() -> None:
    names = {format_event_handler(cast("EventHandler", handler)) for handler in handlers()}
    for page in (LibraryState, VideoState, ReviewState, HistoryState, SimilarState):
        assert {format_event_handler(cast("EventHandler", page.load))} <= names


@pytest.mark.parametrize("cookie", ["", f"{SESSIONS.cookie_name}=forged", "other=1"])
@pytest.mark.parametrize(
    "handler", handlers(), ids=lambda handler: format_event_handler(handler).rpartition("___")[2]
)
def test_no_event_is_handled_without_a_session(
    desk: Desk, add_video: AddVideo, cookie: str, handler: EventCallback[Any]
) -> None:
    video_id = add_video(title="Secret")

    async def work() -> dict[str, Any]:
        await open_video(video_id)
        return await send(handler, {}, cookie=cookie)

    changes = run(work)
    told = {
        name: value
        for name, value in changes.items()
        if not name.startswith("rx_router") and name not in FROM_THE_ADDRESS
    }
    assert set(told) <= {"notice", "notice_is_refusal", "notice_number"}
    assert all("signed out" in words for name, words in told.items() if name == "notice")
    assert desk.hub.followers == 0, "a tab that is signed out is told of nothing"
    assert set(states_of(desk.runtime, video_id)) == {ClipState.PENDING_REVIEW}


def test_a_page_whose_session_has_ended_says_so_and_shows_nothing_new(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> dict[str, Any]:
        await open_video(video_id)
        return await send(VideoState.refresh, cookie="")

    changes = run(work)
    assert "signed out" in changes["notice"]
    assert not {"video", "clips", "counts"} & set(changes)


def test_an_event_is_started_in_a_tab_from_outside_and_waited_for(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> tuple[bool, list[str]]:
        namespace = app.event_namespace
        assert namespace is not None
        sent: list[str] = []

        async def emit(_event: str, update: Any, **_: Any) -> None:
            sent.extend(update.delta or {})

        await namespace._token_manager.link_token_to_sid(TAB, "socket")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(namespace, "emit", emit)
            await open_video(video_id)
            with desk.runtime.database.unit_of_work() as uow:
                uow.session.connection().exec_driver_sql(
                    "UPDATE videos SET title = 'renamed' WHERE id = %s", (video_id,)
                )
            is_here = await desk.tabs.refresh(TAB)
        await namespace._token_manager.disconnect_token(TAB, "socket")
        return is_here, sent

    is_here, sent = run(work)
    assert is_here
    assert any("video_state" in name for name in sent)


def test_a_tab_that_is_gone_is_forgotten(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> bool:
        await open_video(video_id)
        return await desk.tabs.refresh(TAB)

    assert run(work) is False
