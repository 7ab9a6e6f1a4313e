"""Events as any client could send them, and events that the process itself starts in a tab.

Run through Reflex's own event pipeline. The tests of ``Tabs`` fail when a Reflex release changes
the private parts that it uses.
"""

from __future__ import annotations

from typing import Any

import pytest
from reflex.event import EventCallback

from heaters.domain.lifecycle import ClipState
from heaters.heaters import app
from heaters.state.desk import Desk
from heaters.state.library import LibraryState
from heaters.state.video import VideoState
from tests.web.conftest import AddVideo
from tests.web.events import SESSIONS, cookie_of, handle, run
from tests.web.test_pages import states_of

TAB = "4a6cf9d2-6f41-4e29-b44f-5d0a3a0a8b11"


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
        assert changes.get("page", 0) == 0
        assert len(changes.get("clips", [1] * 4)) == 4


@pytest.mark.parametrize("cookie", ["", f"{SESSIONS.cookie_name}=forged", "other=1"])
@pytest.mark.parametrize(
    ("handler", "payload"),
    [
        (VideoState.judge, {"verdict": "approve", "clip_id": 1}),
        (VideoState.approve_pending, {}),
        (VideoState.take_back, {}),
        (VideoState.do_again, {}),
        (VideoState.retry, {}),
        (VideoState.retry_clip, {"clip_id": 1}),
        (LibraryState.add, {"form": {"source": "https://media.example.org/a.mp4"}}),
        (LibraryState.add, {"form": {"source": "/etc/hostname"}}),
        (LibraryState.copy_in, {"path": "/etc/hostname"}),
        (LibraryState.retry, {"video_id": 1}),
    ],
)
def test_nobody_changes_anything_without_a_session(
    desk: Desk, add_video: AddVideo, cookie: str, handler: Any, payload: dict[str, Any]
) -> None:
    video_id = add_video()

    async def work() -> dict[str, Any]:
        await open_video(video_id)
        return await send(handler, payload, cookie=cookie)

    changes = run(work)
    assert "signed out" in changes["notice"]
    assert set(states_of(desk.runtime, video_id)) == {ClipState.PENDING_REVIEW}


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
