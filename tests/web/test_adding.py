"""Adding videos on the library page, in a real browser; uploads go by tus-js-client."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, FilePayload, Page, Route, expect

from heaters.domain.lifecycle import VideoState
from heaters.models import ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.videos import VideoRepository
from tests.support.barcodes import write_barcode_video
from tests.support.site import Site, free_port, served
from tests.support.tus import Tus
from tests.web.conftest import AddVideo

ROWS = ".transfer"


@pytest.fixture
def file(proxy: Path) -> Callable[[str], FilePayload]:
    """Makes a video file of bytes that no other file has."""

    def make(name: str) -> FilePayload:
        content = proxy.read_bytes() + secrets.token_bytes(16)
        return {"name": name, "mimeType": "video/mp4", "buffer": content}

    return make


def hold_patches(page: Page, routes: list[Route]) -> None:
    """Keep requests that bring bytes in ``routes``."""

    def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            routes.append(route)
        else:
            route.continue_()

    page.route(re.compile("/api/uploads/"), hold)


@pytest.fixture
def held(page: Page) -> Iterator[list[Route]]:
    """The requests that bring bytes, held up until the test lets them go."""
    routes: list[Route] = []

    hold_patches(page, routes)
    yield routes
    page.unroute_all(behavior="ignoreErrors")


def choose(page: Page, *files: FilePayload) -> None:
    expect(page.get_by_label("Upload files")).to_be_attached()
    page.get_by_label("Upload files").set_input_files(list(files))


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def write_in(page: Page, source: object) -> None:
    page.get_by_placeholder("https://").fill(str(source))
    page.get_by_role("button", name="Add", exact=True).click()


def test_a_file_chosen_on_the_page_appears_in_the_library(
    page: Page, file: Callable[[str], FilePayload]
) -> None:
    choose(page, file("from the page.mp4"))
    heading(page, "from the page")
    expect(page.locator(ROWS)).to_have_count(0)


@pytest.fixture
def refused_page(context: BrowserContext, site: Site) -> Page:
    """A signed-in page whose browser may log answers that refuse, or a server that is away."""
    page = context.new_page()
    page.goto(site.address)
    return page


def test_uploads_go_on_while_other_pages_are_shown_two_at_a_time(
    page: Page,
    site: Site,
    held: list[Route],
    file: Callable[[str], FilePayload],
    add_video: AddVideo,
) -> None:
    add_video("Somewhere else")
    choose(page, *(file(f"{name} of three.mp4") for name in ("one", "two", "three")))
    rows = page.locator(ROWS)
    expect(page.locator(".transfer-sending")).to_have_count(2)
    expect(page.locator(".transfer-waiting")).to_have_count(1)
    lefts = {round((row.bounding_box() or {"x": -1})["x"]) for row in rows.all()}
    assert len(lefts) == 1

    page.get_by_role("link", name="Somewhere else").first.click()
    expect(page.locator("[data-clip-id]").first).to_be_visible()
    page.get_by_role("link", name="Heaters", exact=True).click()
    expect(rows).to_have_count(3)

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.evaluate("location.assign('/nowhere')")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Cancel: one of three.mp4").click()
    expect(rows).to_have_count(2)
    assert asked == ["beforeunload"]
    expect(page.locator(".transfer-sending")).to_have_count(2)

    while page.locator(ROWS).count():
        while held:
            route = held.pop()
            if route.request.failure is None:
                route.continue_()
        page.wait_for_timeout(50)
    heading(page, "three of three")  # the page hears again of what happens
    page.reload()  # asks nothing any more
    for name in ("two of three", "three of three"):
        heading(page, name)
    expect(page.get_by_role("heading", name="one of three", exact=True)).to_have_count(0)


def test_the_same_file_is_told_and_can_be_added_again(
    refused_page: Page, file: Callable[[str], FilePayload]
) -> None:
    page = refused_page
    chosen = file("known.mp4")
    choose(page, chosen)
    heading(page, "known")
    choose(page, chosen | {"name": "other name.mp4"})
    row = page.locator(".transfer-known")
    expect(row).to_contain_text("This file is already here as known.")
    row.get_by_role("button", name="Add it again").click()
    heading(page, "other name")
    expect(page.locator(ROWS)).to_have_count(0)

    choose(page, chosen)
    row.get_by_role("link", name="known").click()
    expect(page).to_have_url(re.compile(r"/videos/\d+$"))
    page.get_by_role("link", name="Heaters", exact=True).click()
    row.get_by_role("button", name="Dismiss").click()
    expect(page.locator(ROWS)).to_have_count(0)


def test_an_upload_that_is_refused_says_why_and_is_dismissed(refused_page: Page) -> None:
    page = refused_page
    choose(page, {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""})
    row = page.locator(".transfer-failed")
    expect(row).to_contain_text("empty")
    row.get_by_role("button", name="Dismiss").click()
    expect(row).to_have_count(0)


def test_an_upload_goes_on_after_the_server_was_killed(
    refused_page: Page, site: Site, file: Callable[[str], FilePayload]
) -> None:
    page, chosen = refused_page, file("interrupted.mp4")
    content, port = chosen["buffer"], free_port()
    held: list[Route] = []
    with served(site.runtime, port) as first:
        page.goto(first.address)
        expect(page.get_by_label("Upload files")).to_be_attached()
        page.route(
            re.compile("/api/uploads/"),
            lambda route: (
                held.append(route) if route.request.method == "PATCH" else route.continue_()
            ),
        )
        choose(page, chosen)
        while not held:
            page.wait_for_timeout(20)
        tus, half = Tus(first), len(content) // 2
        address = held[0].request.url.removeprefix(first.origin)
        assert tus.patch(address, content[:half]).status_code == 204
        first.process.kill()
        first.process.wait()
    page.unroute_all(behavior="ignoreErrors")
    with served(site.runtime, port) as second:
        expect(page.locator(ROWS)).to_have_count(0, timeout=60_000)
        video_id = Tus(second).land(address).json()["video_id"]
    with site.runtime.database.unit_of_work() as uow:
        original = ArtifactRepository(uow.session).of_video(video_id, ArtifactKind.ORIGINAL)
    assert b"".join(site.runtime.store.read_range(original.key)) == content


def test_a_path_of_this_machine_is_brought_in(
    page: Page, tmp_path: Path, file: Callable[[str], FilePayload]
) -> None:
    path = tmp_path / "on disk.mp4"
    path.write_bytes(file("")["buffer"])
    write_in(page, path)
    heading(page, "on disk")
    assert path.exists()

    copy = tmp_path / "copy of it.mp4"
    copy.write_bytes(path.read_bytes())
    write_in(page, copy)
    question = page.locator(".add-question")
    expect(question).to_contain_text("This file is already here as on disk.")
    question.get_by_role("button", name="Add it again").click()
    heading(page, "copy of it")
    expect(question).to_have_count(0)


def test_a_folder_is_added_after_a_question(page: Page, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_barcode_video(
            tmp_path / f"in a folder {number}.mp4", fps=Fraction(7 + number), frame_count=10
        )
    (tmp_path / "notes.txt").write_text("no video")
    os.mkfifo(tmp_path / "pipe.mp4")
    write_in(page, tmp_path)
    question = page.locator(".add-question")
    expect(question).to_contain_text("Add its 3 videos? 1 other file is left out.")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    write_in(page, tmp_path)
    question.get_by_role("button", name="Add 3 videos").click()
    for number in (1, 2, 3):
        heading(page, f"in a folder {number}")
    notice = page.locator(".notice.refusal")
    expect(notice).to_contain_text("Added 3 videos")
    expect(notice).to_contain_text("pipe.mp4 is a named pipe, not a file")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/no/such/file.mp4", "not found: /no/such/file.mp4"),
        ("/dev/zero", "/dev/zero is a device, not a file"),
        ("ftp://example.org/a.mp4", "only http and https"),
        ("nonsense", "http"),
    ],
)
def test_a_source_that_cannot_be_added_is_refused_in_words_and_kept(
    page: Page, source: str, words: str
) -> None:
    write_in(page, source)
    expect(page.locator(".notice.refusal")).to_contain_text(words)
    expect(page.get_by_placeholder("https://")).to_have_value(source)


def test_an_address_is_added_once_and_shown_without_its_secrets(page: Page) -> None:
    address = "https://ann:s3cret@media.example.org/films/the-sea%00.mp4?sig=s3cret"
    write_in(page, address)
    heading(page, "the-sea .mp4")
    expect(page.get_by_placeholder("https://")).to_have_value("")
    write_in(page, address)
    expect(page.locator(".add-question")).to_contain_text("This address is already here as")
    page.locator(".add-question").get_by_role("link").click()
    expect(page.locator(".source")).to_have_text("https://media.example.org/films/the-sea%00.mp4?…")
    assert "s3cret" not in page.content()


def test_a_video_that_failed_without_clips_is_removed(page: Page, site: Site) -> None:
    write_in(page, "https://media.example.org/gone/for-good.mp4")
    heading(page, "for-good.mp4")
    with site.runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).from_source(
            "https://media.example.org/gone/for-good.mp4"
        )
        assert video is not None
        video.state, video.last_error = VideoState.DOWNLOAD_FAILED, "no video found there"
    tile = page.locator(".tile").filter(has_text="for-good.mp4")
    again = tile.get_by_role("button", name="Try again").bounding_box()
    remove = tile.get_by_text("Remove", exact=True).bounding_box()
    assert again
    assert remove
    assert again["y"] == remove["y"]
    for is_open in (True, False, True):
        tile.get_by_text("Remove", exact=True).click()
        expect(tile.get_by_role("button", name="Remove for good")).to_be_visible(visible=is_open)
    tile.get_by_role("button", name="Remove for good").click()
    expect(tile).to_have_count(0)
    expect(page.locator(".notice")).to_contain_text("Removed for-good.mp4")
