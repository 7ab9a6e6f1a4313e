"""What other processes commit appears in open pages by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from heaters.domain.lifecycle import VideoState
from heaters.models import Clip
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime
from heaters.services.ingest import add_address
from tests.support.site import Site, served
from tests.web.conftest import AddVideo
from tests.web.test_media import give_clip_a_file


def mark_as_not_reloaded(page: Page) -> None:
    page.evaluate("window.notReloaded = true")


def is_not_reloaded(page: Page) -> bool:
    return page.evaluate("window.notReloaded === true")


def downloading(runtime: Runtime, title: str) -> int:
    with runtime.database.unit_of_work() as uow:
        video = add_address(uow, f"https://media.example.org/{title}")
        video.state = VideoState.DOWNLOADING
        uow.session.flush()
        assert video.id is not None
        return video.id


def change(runtime: Runtime, video_id: int, **values: object) -> None:
    with runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(video_id)
        for name, value in values.items():
            setattr(video, name, value)


def test_progress_of_the_pipeline_moves_in_an_open_library(page: Page, runtime: Runtime) -> None:
    video_id = downloading(runtime, "moving.mp4")
    tile = page.locator(f'[data-video-id="{video_id}"]')
    expect(tile).to_contain_text("downloading")
    mark_as_not_reloaded(page)
    for percent in (1, 42, 99):
        change(runtime, video_id, progress=percent / 100)
        expect(tile).to_contain_text(f"{percent} %")
        expect(tile.locator("progress").first).to_have_attribute("value", str(percent))
    change(
        runtime,
        video_id,
        state=VideoState.DOWNLOAD_FAILED,
        progress=None,
        last_error="the server answered 404",
    )
    expect(tile).to_contain_text("the server answered 404")
    tile.get_by_role("button", name="Try again").click()
    expect(page.locator(".notice")).to_contain_text("Trying moving.mp4 again")
    assert is_not_reloaded(page)
    with runtime.database.unit_of_work() as uow:
        assert VideoRepository(uow.session).get(video_id).next_attempt_at is not None


def test_a_video_added_by_another_process_appears(page: Page, runtime: Runtime) -> None:
    expect(page.get_by_role("heading").first).to_be_visible()
    downloading(runtime, "new-one.mp4")
    expect(page.get_by_role("heading", name="new-one.mp4")).to_be_visible()


def test_the_exported_state_and_its_download_appear_by_themselves(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    video_id = add_video()
    page.goto(f"{site.origin}/videos/{video_id}")
    expect(page.locator("[data-clip-id]")).to_have_count(4)
    mark_as_not_reloaded(page)
    clip = give_clip_a_file(site.runtime, video_id, b"exported")
    card = page.locator(f'[data-clip-id="{clip.id}"]')
    expect(card).to_have_attribute("data-group", "exported")
    with page.expect_download() as download:
        card.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == b"exported"
    assert is_not_reloaded(page)


def test_clips_appear_when_the_scenes_are_found(page: Page, site: Site, runtime: Runtime) -> None:
    video_id = downloading(runtime, "scenes.mp4")
    page.goto(f"{site.origin}/videos/{video_id}")
    expect(page.get_by_text("downloading")).to_be_visible()
    with runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(video_id)
        video.state, video.frame_count = VideoState.READY, 40
        video.fps_num, video.fps_den, video.width, video.height = 25, 1, 640, 360
        uow.session.flush()
        uow.session.add_all(
            [
                Clip(video_id=video_id, start_frame=0, end_frame=10),
                Clip(video_id=video_id, start_frame=10, end_frame=40),
            ]
        )
    expect(page.locator("[data-clip-id]")).to_have_count(2)


def test_what_changed_while_the_database_was_not_heard_is_caught_up_with(
    page: Page, runtime: Runtime
) -> None:
    video_id = downloading(runtime, "unheard.mp4")
    tile = page.locator(f'[data-video-id="{video_id}"]')
    expect(tile).to_contain_text("downloading")
    with runtime.database.unit_of_work() as uow:
        connection = uow.session.connection()
        # The listener's connection dies in the transaction that changes the row: it hears nothing.
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN heaters'"
        )
        VideoRepository(uow.session).get(video_id).progress = 0.77
    expect(tile).to_contain_text("77 %")


@pytest.fixture
def shared(runtime: Runtime) -> dict[str, str]:
    """Settings with which several web processes serve the library together."""
    return {"HEATERS_DATABASE_URL": runtime.database_url, "HEATERS_REDIS_URL": runtime.redis_url}


def test_several_web_processes_serve_one_library_with_a_redis_of_their_own(
    context: BrowserContext, site: Site, runtime: Runtime, shared: dict[str, str]
) -> None:
    with served(runtime, **shared) as first, served(runtime, **shared) as second:
        tabs = [context.new_page() for _ in range(3)]
        for tab, process in zip(tabs, (site, first, second), strict=True):
            tab.goto(process.address)
        video_id = downloading(runtime, "everywhere.mp4")
        tiles = [tab.locator(f'[data-video-id="{video_id}"]') for tab in tabs]
        for tile in tiles:
            expect(tile).to_contain_text("downloading")
        change(runtime, video_id, progress=0.5)
        for tile in tiles:
            expect(tile).to_contain_text("50 %")


def test_a_page_outlives_its_web_process(
    context: BrowserContext, site: Site, runtime: Runtime
) -> None:
    video_id = downloading(runtime, "survivor.mp4")
    page = context.new_page()
    tile = page.locator(f'[data-video-id="{video_id}"]')
    with served(runtime) as doomed:
        page.goto(doomed.address)
        expect(tile).to_contain_text("downloading")
        mark_as_not_reloaded(page)
        doomed.process.kill()  # its worker must not go on without it
        expect(page.get_by_text("Offline")).to_be_visible()
    change(runtime, video_id, progress=0.33)
    with served(runtime, port=doomed.port):
        expect(tile).to_contain_text("33 %")
        expect(page.get_by_text("Offline")).to_be_hidden()
        assert is_not_reloaded(page)
