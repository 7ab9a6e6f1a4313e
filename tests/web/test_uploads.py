"""Uploads by the tus protocol: large ones in little memory, resumed, and refused in words."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from heaters.api import uploads as uploads_module
from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import VideoState
from heaters.models import ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime
from heaters.services.sessions import Sessions, web_token
from heaters.services.transfers import transfer, write
from heaters.services.uploads import LIFETIME_S, Uploads
from heaters.storage.errors import StorageFull
from tests.support.loops import run_async
from tests.support.site import UPLOAD_MAX_BYTES, Site
from tests.support.tus import Tus

CHUNK = bytes(range(256)) * 4096


@pytest.fixture
def tus(site: Site) -> Tus:
    return Tus(site)


def chunks(count: int) -> Iterator[bytes]:
    return (CHUNK for _ in range(count))


def folder_of(site: Site) -> Path:
    return site.runtime.settings.data_dir / "uploads"


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


def test_a_large_upload_lands_whole_and_needs_little_memory(site: Site, tus: Tus) -> None:
    before_bytes = peak_bytes(site)
    size_bytes = 400 * len(CHUNK)
    begun = tus.begin("C:\\films\\harbour.MKV", size_bytes)
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "0")
    address = begun.headers["location"]
    sent = tus.patch(address, chunks(400))
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(size_bytes))
    landed = tus.land(address)
    assert landed.status_code == 201
    assert peak_bytes(site) - before_bytes < 100 << 20
    video_id = landed.json()["video_id"]
    with site.runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(video_id)
        assert (video.title, video.source) == ("harbour", "harbour.MKV")
        assert video.state == VideoState.DOWNLOADED
        original = ArtifactRepository(uow.session).of_video(video_id, ArtifactKind.ORIGINAL)
    assert original.key.endswith(".mkv")
    stored = site.runtime.store.stat(original.key)
    assert stored.size_bytes == original.size_bytes == size_bytes
    assert next(site.runtime.store.read_range(original.key, 5, 10)) == CHUNK[5:10]
    # A browser that lost the answer asks again.
    assert tus.land(address).json() == {"video_id": video_id}
    assert tus.offset_bytes(address) == size_bytes
    assert [path.suffix for path in folder_of(site).glob(address.rpartition("/")[2] + "*")] == [
        ".json"
    ]


def test_the_server_says_what_it_can(site: Site, tus: Tus) -> None:
    answer = tus.client.options("/api/uploads")
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,expiration,termination"
    assert answer.headers["tus-max-size"] == str(UPLOAD_MAX_BYTES)


@pytest.mark.parametrize(
    ("name", "size_bytes", "status", "words"),
    [
        ("a.mp4", 0, 400, "empty"),
        ("", 1, 400, "no file name"),
        ("../..", 1, 400, "no file name"),
        ("\0\u202e", 1, 400, "no file name"),
        ("a.mp4", UPLOAD_MAX_BYTES + 1, 413, "HEATERS_UPLOAD_MAX_BYTES"),
        ("a.mp4", "9" * 400, 400, "Upload-Length"),
        ("a.mp4", -1, 400, "Upload-Length"),
        ("a.mp4", "", 400, "Upload-Length"),
    ],
)
def test_an_upload_that_cannot_be_is_refused_before_it_is_sent(
    site: Site, tus: Tus, name: str, size_bytes: object, status: int, words: str
) -> None:
    before = set(folder_of(site).iterdir())
    answer = tus.begin(name, size_bytes)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert set(folder_of(site).iterdir()) == before


def test_names_are_cleaned_as_titles_are(site: Site, tus: Tus) -> None:
    name = "a\0b\u202e " + "x" * 300 + ".mp4"
    video_id = tus.upload(name, secrets.token_bytes(9)).json()["video_id"]
    with site.runtime.database.unit_of_work() as uow:
        title = VideoRepository(uow.session).get(video_id).title
    assert title.startswith("a b xxx")
    assert len(title) == 200


def test_bytes_that_were_not_announced_are_refused(tus: Tus) -> None:
    address = tus.begin("a.mp4", 10).headers["location"]
    answer = tus.patch(address, b"x" * 11)
    assert (answer.status_code, tus.offset_bytes(address)) == (400, 0)
    assert "announced" in answer.json()["error"]
    assert tus.patch(address, b"x" * 4).status_code == 204
    assert tus.patch(address, b"x" * 4).status_code == 409  # not after what has arrived
    assert "still to come" in tus.land(address).json()["error"]
    assert tus.patch(address, b"x" * 6, 4).status_code == 204


def raw_patch(site: Site, tus: Tus, address: str, announced_bytes: int) -> socket.socket:
    """Begin a PATCH by hand; whoever has the connection sends the body."""
    cookies = "; ".join(f"{name}={value}" for name, value in tus.client.cookies.items())
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=20)
    head = [
        f"PATCH {address} HTTP/1.1",
        f"Host: {site.host}",
        f"Origin: {site.origin}",
        f"Cookie: {cookies}",
        "Tus-Resumable: 1.0.0",
        "Upload-Offset: 0",
        "Content-Type: application/offset+octet-stream",
        f"Content-Length: {announced_bytes}",
    ]
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection


def wait_until(tus: Tus, address: str, offset_bytes: int) -> None:
    deadline_s = time.monotonic() + 20
    while tus.offset_bytes(address) != offset_bytes:
        assert time.monotonic() < deadline_s


def test_a_cut_connection_keeps_what_came(site: Site, tus: Tus) -> None:
    content = secrets.token_bytes(300_000)
    address = tus.begin("cut.mp4", len(content)).headers["location"]
    with raw_patch(site, tus, address, len(content)) as connection:
        connection.sendall(content[:123_456])
    wait_until(tus, address, 123_456)
    assert tus.patch(address, content[123_456:], 123_456).status_code == 204
    landed = tus.land(address)
    assert landed.status_code == 201
    with site.runtime.database.unit_of_work() as uow:
        original = ArtifactRepository(uow.session).of_video(
            landed.json()["video_id"], ArtifactKind.ORIGINAL
        )
    assert b"".join(site.runtime.store.read_range(original.key)) == content


def test_one_request_at_a_time_writes(site: Site, tus: Tus) -> None:
    half = len(CHUNK) * 4  # what is written at once
    address = tus.begin("two.mp4", 2 * half).headers["location"]
    with raw_patch(site, tus, address, 2 * half) as connection:
        connection.sendall(CHUNK * 4)
        wait_until(tus, address, half)
        answer = tus.patch(address, b"y" * half, half)
        assert (answer.status_code, tus.offset_bytes(address)) == (423, half)
        assert tus.give_up(address).status_code == 204  # ends the writer too
    assert tus.client.head(address).status_code == 404


def test_what_was_given_up_is_gone(site: Site, tus: Tus) -> None:
    address = tus.begin("a.mp4", 10).headers["location"]
    tus.patch(address, b"12345")
    assert tus.give_up(address).status_code == 204
    assert list(folder_of(site).glob(address.rpartition("/")[2] + "*")) == []
    for answer in (tus.patch(address, b"x", 5), tus.land(address), tus.give_up(address)):
        assert answer.status_code == 404
        assert "does not exist any more" in answer.json()["error"]


def test_an_upload_is_its_owners_alone(site: Site, tus: Tus) -> None:
    address = tus.begin("a.mp4", 10).headers["location"]
    sessions = Sessions(web_token(site.runtime.settings.data_dir))
    cookie = {sessions.cookie_name: str(sessions._signer.dumps(2))}
    other = Tus(site, httpx.Client(base_url=site.origin, cookies=cookie))
    for answer in (other.patch(address, b"x"), other.land(address), other.give_up(address)):
        assert answer.status_code == 404
    stranger = Tus(site, httpx.Client(base_url=site.origin))
    for answer in (
        stranger.begin("a.mp4", 1),
        stranger.patch(address, b"x"),
        stranger.give_up(address),
        stranger.land(address),
        stranger.client.head(address),
    ):
        assert answer.status_code == 401
    elsewhere = Tus(site, tus.client)
    elsewhere.headers["origin"] = "http://evil.example"
    for answer in (
        elsewhere.begin("a.mp4", 1),
        elsewhere.patch(address, b"x"),
        elsewhere.give_up(address),
        elsewhere.land(address),
    ):
        assert answer.status_code == 403
    assert tus.offset_bytes(address) == 0


def test_the_same_file_is_told_and_added_again_on_demand(tus: Tus) -> None:
    content = secrets.token_bytes(1000)
    first = tus.upload("first.mp4", content).json()["video_id"]
    address = tus.begin("second.mp4", len(content)).headers["location"]
    tus.patch(address, content)
    told = tus.land(address)
    assert told.status_code == 409
    assert told.json()["video"] == {"id": first, "title": "first", "failure": None}
    again = tus.land(address, again=True)
    assert again.status_code == 201
    assert again.json()["video_id"] != first


def test_abandoned_uploads_are_swept(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, max_bytes=100)
    old, resumed, kept = (uploads.begin(reviewer_id=1, name=n, size_bytes=9) for n in "abc")
    (tmp_path / "0.given").touch()
    past_s = time.time() - LIFETIME_S - 1
    for path in tmp_path.iterdir():
        if not path.name.startswith(kept.id):
            os.utime(path, (past_s, past_s))
    uploads.path(resumed).write_bytes(b"news")
    uploads.begin(reviewer_id=1, name="d", size_bytes=9)
    with pytest.raises(NotFound):
        uploads.find(old.id, reviewer_id=1)
    assert uploads.find(resumed.id, reviewer_id=1) == resumed
    assert uploads.find(kept.id, reviewer_id=1) == kept
    assert not (tmp_path / "0.given").exists()
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("content", ["", '{"id": "ab', "[]"])
def test_an_upload_whose_description_is_torn_goes_once_it_is_old(
    tmp_path: Path, content: str
) -> None:
    uploads = Uploads(tmp_path, max_bytes=100)
    old, young = (uploads.begin(reviewer_id=1, name=n, size_bytes=9) for n in "ab")
    past_s = time.time() - LIFETIME_S - 1
    for upload in (old, young):
        (tmp_path / f"{upload.id}.json").write_text(content)
    for path in (tmp_path / f"{old.id}.json", uploads.path(old)):
        os.utime(path, (past_s, past_s))
    uploads.sweep()
    assert {path.stem for path in tmp_path.iterdir()} == {young.id}


def test_a_sweep_that_fails_is_tried_again(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads_module, "_SWEEP_S", 0.01)
    settings = runtime.settings.model_copy(update={"data_dir": tmp_path})
    receiver = uploads_module.Receiver(replace(runtime, settings=settings))
    folder = receiver.uploads.folder
    folder.rmdir()

    async def work() -> None:
        with capture_logs() as logs:
            sweeping = asyncio.create_task(receiver.sweep())
            while not logs and not sweeping.done():
                await asyncio.sleep(0)
            old = folder / "0.given"
            folder.mkdir()
            old.touch()
            os.utime(old, (0, 0))
            while old.exists() and not sweeping.done():
                await asyncio.sleep(0)
            assert not old.exists()
            sweeping.cancel()

    run_async(work())


def test_a_file_that_the_disk_cannot_hold_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, max_bytes=2**62)
    most_bytes = shutil.disk_usage(tmp_path).free * 2 // 3
    uploads.begin(reviewer_id=1, name="a", size_bytes=most_bytes)
    with pytest.raises(StorageFull):  # the first one's bytes are still to come
        uploads.begin(reviewer_id=1, name="b", size_bytes=most_bytes)


def test_files_being_stored_hold_up_neither_uploads_nor_transactions() -> None:
    release = threading.Event()

    async def work() -> str:
        stored = [asyncio.ensure_future(transfer(release.wait)) for _ in range(40)]
        try:
            return await write(str, "written") + await asyncio.to_thread(str, " and committed")
        finally:
            release.set()
            await asyncio.gather(*stored)

    assert run_async(work()) == "written and committed"
