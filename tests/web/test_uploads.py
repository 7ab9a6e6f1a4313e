"""Uploads: large ones in little memory, refusals in words, and nothing left behind."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from heaters.domain.lifecycle import VideoState
from heaters.models import ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.videos import VideoRepository
from tests.support.site import UPLOAD_MAX_BYTES, Site

CHUNK = bytes(range(256)) * 4096


def chunks(count: int) -> Iterator[bytes]:
    return (CHUNK for _ in range(count))


def peak_bytes(site: Site) -> int:
    """Return the most memory that any of the site's processes has had."""
    pids = [site.process.pid]
    for pid in pids:
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    peaks = [
        int(line.split()[1]) * 1024
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return max(peaks)


def test_a_large_upload_lands_whole_and_needs_little_memory(site: Site) -> None:
    client = site.client()
    before_bytes = peak_bytes(site)
    size_bytes = 400 * len(CHUNK)
    answer = client.post(
        "/api/uploads?name=C%3A%5Cfilms%5Charbour.MKV",
        content=chunks(400),
        headers={"origin": site.origin, "content-length": str(size_bytes)},
    )
    assert answer.status_code == 201
    assert peak_bytes(site) - before_bytes < 100 << 20
    with site.runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(answer.json()["video_id"])
        assert (video.title, video.source) == ("harbour", "harbour.MKV")
        assert video.state == VideoState.DOWNLOADED
        original = ArtifactRepository(uow.session).of_video(
            answer.json()["video_id"], ArtifactKind.ORIGINAL
        )
    assert original.key.endswith(".mkv")
    stored = site.runtime.store.stat(original.key)
    assert stored.size_bytes == original.size_bytes == size_bytes
    assert next(site.runtime.store.read_range(original.key, 5, 10)) == CHUNK[5:10]
    assert not list((site.runtime.settings.data_dir / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("a.mp4", b"", "empty"), ("", b"x", "no file name"), ("../..", b"x", "no file name")],
)
def test_an_upload_that_cannot_be_is_refused_in_words(
    site: Site, name: str, content: bytes, words: str
) -> None:
    answer = site.client().post(
        "/api/uploads", params={"name": name}, content=content, headers={"origin": site.origin}
    )
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_an_upload_that_says_it_is_too_large_is_refused_before_it_is_sent(site: Site) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in site.client().cookies.items())
    connection = http.client.HTTPConnection(site.host, timeout=10)
    headers = {"origin": site.origin, "cookie": cookies}
    with closing(connection):
        connection.request(
            "POST",
            "/api/uploads?name=a.mp4",
            headers=headers | {"content-length": str(UPLOAD_MAX_BYTES + 1)},
        )
        answer = connection.getresponse()
        assert answer.status == 413
        assert b"HEATERS_UPLOAD_MAX_BYTES" in answer.read()


def test_an_upload_that_hides_its_size_is_stopped_at_the_limit(site: Site) -> None:
    too_many = UPLOAD_MAX_BYTES // len(CHUNK) + 2
    answer = site.client().post(
        "/api/uploads?name=a.mp4", content=chunks(too_many), headers={"origin": site.origin}
    )
    assert answer.status_code == 413
    assert not list((site.runtime.settings.data_dir / "uploads").iterdir())


def test_a_file_chosen_on_the_page_appears_in_the_library(page: Page, proxy: Path) -> None:
    expect(page.get_by_label("Upload files")).to_be_attached()
    page.get_by_label("Upload files").set_input_files(
        {"name": "from the page.mp4", "mimeType": "video/mp4", "buffer": proxy.read_bytes()}
    )
    expect(page.get_by_role("heading", name="from the page")).to_be_visible()
    expect(page.locator(".upload")).to_have_count(0)


def test_a_path_of_this_machine_is_brought_in(page: Page, tmp_path: Path, proxy: Path) -> None:
    path = tmp_path / "on disk.mp4"
    path.write_bytes(proxy.read_bytes())
    page.get_by_placeholder("https://").fill(str(path))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="on disk")).to_be_visible()
    assert path.exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/no/such/file.mp4", "not a file on this machine: /no/such/file.mp4"),
        ("ftp://example.org/a.mp4", "only http and https"),
        ("nonsense", "http"),
    ],
)
def test_a_source_that_cannot_be_added_is_refused_in_words_and_kept(
    page: Page, source: str, words: str
) -> None:
    field = page.get_by_placeholder("https://")
    field.fill(source)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".notice.refusal")).to_contain_text(words)
    expect(field).to_have_value(source)


def test_an_address_is_added_and_the_field_is_empty_again(page: Page) -> None:
    field = page.get_by_placeholder("https://")
    field.fill("https://media.example.org/films/the-sea.mp4")
    field.press("Enter")
    expect(page.get_by_role("heading", name="the-sea.mp4")).to_be_visible()
    expect(field).to_have_value("")
