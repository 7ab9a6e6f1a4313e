"""Files by id: ranges, caching, downloads, and a redirect where the store is not a folder."""

from __future__ import annotations

import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from heaters import runtime as runtime_module
from heaters.api import media
from heaters.domain.errors import ExternalFailure
from heaters.domain.lifecycle import ClipState
from heaters.models import Artifact, ArtifactKind, Clip
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import Database
from heaters.runtime import Runtime
from heaters.services.installation import adopt_store
from heaters.storage import keys
from heaters.storage.store import ObjectStore, open_store
from tests.support.s3 import CREDENTIALS, s3_endpoint
from tests.support.site import Site
from tests.web.conftest import AddVideo


@pytest.mark.parametrize(
    ("asked", "status", "first", "end"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=100-", 206, 100, None),
        ("bytes=-50", 206, -50, None),
        ("bytes=10-10", 206, 10, 11),
        ("bytes=0-999999999", 206, 0, None),
    ],
)
def test_a_proxy_is_read_by_range(
    site: Site, add_video: AddVideo, proxy: Path, asked: str, status: int, first: int, end: int
) -> None:
    content = proxy.read_bytes()
    answer = site.client().get(f"/media/videos/{add_video()}/proxy", headers={"range": asked})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content == content[first:end]
    start = first if first >= 0 else len(content) + first
    last = start + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {start}-{last}/{len(content)}"


def test_a_range_past_the_end_is_not_satisfiable(site: Site, add_video: AddVideo) -> None:
    address = f"/media/videos/{add_video()}/proxy"
    answer = site.client().get(address, headers={"range": "bytes=99999999-"})
    assert answer.status_code == 416


def test_the_detectors_scores_are_served_as_they_are(site: Site, add_video: AddVideo) -> None:
    video_id = add_video()
    client = site.client()
    assert client.get(f"/media/videos/{video_id}/scores").status_code == 404
    scores = struct.pack("<3f", 0.5, 1.0, 2.0)
    key = keys.scores_key(video_id, "adaptive", keys.new_token(), ".f32")
    site.runtime.store.put_bytes(key, scores)
    with site.runtime.database.unit_of_work() as uow:
        ArtifactRepository(uow.session).put(
            ArtifactKind.SCORES, key, video_id=video_id, size_bytes=len(scores)
        )
    answer = client.get(f"/media/videos/{video_id}/scores?v=1")
    assert answer.content == scores
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "immutable" in answer.headers["cache-control"]


def test_a_whole_file_can_be_kept_by_the_browser_alone(site: Site, add_video: AddVideo) -> None:
    client = site.client()
    address = f"/media/videos/{add_video()}/poster"
    answer = client.get(address)
    assert answer.status_code == 200
    assert "private" in answer.headers["cache-control"]
    again = client.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert "immutable" in client.get(address + "?v=1").headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/media/videos/999999/proxy",
        "/media/videos/1/original",
        "/media/videos/1/master",
        "/media/videos/1/..%2f..%2fweb-token",
        "/media/videos/0x1/proxy",
        "/media/clips/999999/export",
        "/media/clips/1/keyframes/5",
        "/media/clips/1/keyframes/-1",
        "/media/../web-token",
    ],
)
def test_what_no_row_names_is_not_served(site: Site, add_video: AddVideo, path: str) -> None:
    add_video()
    assert site.client().get(path).status_code == 404


def give_clip_a_file(runtime: Runtime, video_id: int, content: bytes) -> Clip:
    """Put a clip into the exported state with these bytes as its file."""
    with runtime.database.unit_of_work() as uow:
        clip = ClipRepository(uow.session).live(video_id)[1]
        assert clip.id is not None
        clip.state = ClipState.EXPORTED
        key = keys.clip_export_key(video_id, clip.id, keys.new_token())
        runtime.store.put_bytes(key, content)
        uow.session.add(
            Artifact(
                video_id=video_id,
                clip_id=clip.id,
                kind=ArtifactKind.EXPORT,
                key=key,
                size_bytes=len(content),
            )
        )
        return clip


def test_an_exported_clip_is_downloaded_under_a_name_that_says_what_it_is(
    site: Site, add_video: AddVideo
) -> None:
    clip = give_clip_a_file(site.runtime, add_video('A "quoted"/odd: título'), b"exported")
    answer = site.client().get(f"/media/clips/{clip.id}/export")
    assert answer.content == b"exported"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert "t%C3%ADtulo" in disposition
    assert f"_{clip.video_id}_{clip.start_frame:07d}-{clip.end_frame:07d}.mp4" in disposition
    assert '"quoted"' not in disposition


def test_a_retired_file_is_not_served(site: Site, add_video: AddVideo) -> None:
    clip = give_clip_a_file(site.runtime, add_video(), b"exported")
    with site.runtime.database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql(
            "UPDATE artifacts SET retired_at = now() WHERE clip_id = %s", (clip.id,)
        )
    assert site.client().get(f"/media/clips/{clip.id}/export").status_code == 404


def test_files_in_s3_are_fetched_from_there_with_a_short_lived_address(
    runtime: Runtime, add_video: AddVideo, proxy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with s3_endpoint() as endpoint:
        bucket = endpoint.new_bucket()
        video_id = add_video()
        with runtime.database.unit_of_work() as uow:
            key = ArtifactRepository(uow.session).of_video(video_id, ArtifactKind.PROXY).key
        open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url).put_file(key, proxy)
        client = client_of(on_s3(runtime, bucket, endpoint.url))
        answer = client.get(f"/media/videos/{video_id}/proxy")
        assert answer.status_code == 307
        address = answer.headers["location"]
        assert urlsplit(address).netloc == urlsplit(endpoint.url).netloc
        fetched = httpx.get(address, headers={"range": "bytes=0-9"})
        assert fetched.content == proxy.read_bytes()[:10]


def test_an_s3_that_hangs_is_not_asked_for_an_address_and_soon_given_up_by_who_must_own_it(
    runtime: Runtime, add_video: AddVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "7")
    video_id = add_video()
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # accepts, and says nothing
        on_hanging_s3 = on_s3(runtime, "any", f"http://127.0.0.1:{hanging.getsockname()[1]}")
        answer = client_of(on_hanging_s3).get(f"/media/videos/{video_id}/proxy")
        assert answer.status_code == 307
        hanging.setblocking(False)
        with pytest.raises(BlockingIOError):
            hanging.accept()
        with pytest.raises(ExternalFailure):
            assert on_hanging_s3.store
        hanging.accept()
        with pytest.raises(BlockingIOError):  # one attempt
            hanging.accept()


def test_threads_that_need_a_new_store_at_the_same_time_claim_it_once(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims: list[ObjectStore] = []

    claimed_twice = threading.Event()

    def claim(database: Database, store: ObjectStore) -> None:
        claims.append(store)
        if len(claims) > 1:
            claimed_twice.set()
        claimed_twice.wait(0.5)  # room for others to come in, if they can
        adopt_store(database, store)

    monkeypatch.setattr(runtime_module, "claim_store", claim)
    settings = runtime.settings.model_copy(update={"storage_url": tmp_path.as_uri()})
    opened = replace(runtime, settings=settings)
    all_are_there = threading.Barrier(8)

    def open_it(_: int) -> ObjectStore:
        all_are_there.wait(10)
        return opened.store

    with ThreadPoolExecutor(8) as threads:
        stores = list(threads.map(open_it, range(8)))
    assert len(claims) == 1
    assert set(map(id, stores)) == {id(claims[0])}


def on_s3(runtime: Runtime, bucket: str, endpoint_url: str) -> Runtime:
    """The same library with its store in a bucket."""
    changes = {"storage_url": f"s3://{bucket}", "s3_endpoint_url": endpoint_url}
    return replace(runtime, settings=runtime.settings.model_copy(update=changes))


def client_of(runtime: Runtime) -> TestClient:
    app = Starlette(routes=media.ROUTES)
    app.state.runtime = runtime
    return TestClient(app, follow_redirects=False)
