"""How often open pages ask the database: once for all tabs of the library, one search a visit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflex.event import EventCallback
from sqlalchemy import event

from heaters.domain.lifecycle import ClipState
from heaters.repositories.clips import ClipRepository
from heaters.repositories.embeddings import EmbeddingRepository
from heaters.repositories.videos import VideoRepository
from heaters.state.desk import Desk
from heaters.state.library import LibraryState
from heaters.state.similar import SimilarState
from tests.web.conftest import AddVideo
from tests.web.events import cookie_of, handle, run


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """Give the list of what the database is asked while the block runs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = desk.runtime.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def send(
    handler: EventCallback[Any], tab: int, address: str = "/", **arguments: str
) -> dict[str, Any]:
    return await handle(
        handler,
        {},
        token=f"4a6cf9d2-6f41-4e29-b44f-5d0a3a0a8c{tab:02d}",
        cookie=cookie_of(1),
        page=address,
        address=address,
        **arguments,
    )


def test_all_tabs_of_the_library_share_one_look_until_something_changes(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video("shared")

    async def work() -> tuple[list[str], list[str], dict[str, Any]]:
        with statements(desk) as first:
            await send(LibraryState.load, 0)
        with statements(desk) as others:
            for tab in range(1, 9):
                await send(LibraryState.load, tab)
        with desk.runtime.database.unit_of_work() as uow:
            VideoRepository(uow.session).get(video_id).title = "another title"
        desk.hub.announce(video_id)
        with statements(desk) as after:
            changes = [await send(LibraryState.refresh, tab) for tab in range(9)]
        assert len(after) == len(first)
        return first, others, changes[-1]

    first, others, changes = run(work)
    assert first
    assert others == []
    assert "another title" in [card.title for card in changes["videos"]]


def test_similar_clips_are_searched_for_once_and_shown_as_they_become(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video("alike")
    with desk.runtime.database.unit_of_work() as uow:
        repository = EmbeddingRepository(uow.session)
        repository.ensure_index(model="shared-looks", dim=2)
        clips = ClipRepository(uow.session).live(video_id)[:2]
        for clip, vector in zip(clips, [(1, 0), (0.6, 0.8)], strict=True):
            clip.state = ClipState.EMBEDDED
            repository.put(clip.id or 0, model="shared-looks", strategy="s", vector=vector)
    ids = [str(clip.id) for clip in clips]

    async def work() -> tuple[list[str], list[str], dict[str, Any]]:
        with statements(desk) as loading:
            await send(SimilarState.load, 0, f"/clips/{ids[0]}/similar", clip_id=ids[0])
        with desk.runtime.database.unit_of_work() as uow:
            VideoRepository(uow.session).get(video_id).title = "renamed"
        with statements(desk) as refreshing:
            changes = await send(SimilarState.refresh, 0, f"/clips/{ids[0]}/similar")
        return loading, refreshing, changes

    loading, refreshing, changes = run(work)
    assert any("<=>" in statement for statement in loading)
    assert refreshing
    assert not any("<=>" in statement for statement in refreshing)
    assert changes["found"][0].video_title == "renamed"
