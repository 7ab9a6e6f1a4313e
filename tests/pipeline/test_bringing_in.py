"""Sources come in once, whole, and are known again; videos without clips can go."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from heaters.domain.errors import ExternalFailure, InvalidInput, NotFound
from heaters.domain.lifecycle import VideoState
from heaters.domain.stages import STAGES
from heaters.models import ArtifactKind, Video
from heaters.pipeline.task import LeaseLost, Task
from heaters.repositories.videos import VideoRepository
from heaters.services.bringing_in import bring_in
from heaters.services.ingest import AlreadyHere, add_address
from heaters.services.removing import remove_video
from heaters.storage.store import open_store
from tests.support.barcodes import write_barcode_video
from tests.support.http_server import Exchange, serve
from tests.support.library import Library
from tests.support.s3 import CREDENTIALS
from tests.support.storage import keys_in


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"no film, but bytes")
    return path


def bring(library: Library, path: Path, *, again: bool = False, consume: bool = False) -> int:
    runtime = library.runtime
    return bring_in(
        runtime.database, runtime.store, path, name=path.name, again=again, consume=consume
    )


def address(library: Library, url: str, *, again: bool = False) -> int:
    with library.runtime.database.unit_of_work() as uow:
        return add_address(uow, url, again=again).id or 0


def fail(library: Library, video_id: int) -> None:
    with library.runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).lock(video_id)
        video.state = (
            VideoState.DOWNLOAD_FAILED
            if video.state == VideoState.NEW
            else VideoState.PREPROCESS_FAILED
        )
        video.last_error = "it broke"


def titles(library: Library) -> list[str]:
    with library.runtime.database.unit_of_work() as uow:
        return sorted(uow.session.exec(select(Video.title)))


@contextmanager
def refusing_rows(library: Library) -> Iterator[None]:
    """Have the database refuse every new video."""
    with library.runtime.database.engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE videos ADD CONSTRAINT none CHECK (title IS NULL) NOT VALID")
        )
    yield
    with library.runtime.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE videos DROP CONSTRAINT none"))


def test_the_same_file_is_known_again_under_another_name(library: Library, source: Path) -> None:
    first = bring(library, source)
    other = source.with_name("copy.mov")
    other.write_bytes(source.read_bytes())
    stored = keys_in(library.runtime.store)
    with pytest.raises(AlreadyHere) as caught:
        bring(library, other)
    assert str(caught.value) == f"copy.mov is already here as video {first} (film)"
    assert keys_in(library.runtime.store) == stored
    assert bring(library, other, again=True) != first
    assert library.video(first).content_sha256 == hashlib.sha256(source.read_bytes()).hexdigest()


def test_of_two_at_the_same_moment_one_is_added(library: Library, source: Path) -> None:
    start = threading.Barrier(4)

    def add(_: int) -> str:
        start.wait()
        try:
            bring(library, source)
        except AlreadyHere:
            return "told"
        return "added"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == ["added", "told", "told", "told"]
    assert titles(library) == ["film"]
    assert len(keys_in(library.runtime.store)) == 1


def test_the_same_address_is_told_before_anything_is_downloaded(library: Library) -> None:
    first = address(library, "https://ann:pw@media.example.org/sea.mp4?sig=1")
    with pytest.raises(AlreadyHere, match=f"as video {first} ") as caught:
        address(library, " HTTPS://ann:pw@MEDIA.example.org/sea.mp4?sig=1 ")
    assert "pw" not in str(caught.value)
    assert "sig" not in str(caught.value)
    assert address(library, "https://ann:pw@media.example.org/sea.mp4?sig=1", again=True) != first


def test_an_address_of_any_length_that_is_taken_is_known_again(library: Library) -> None:
    url = "https://media.example.org/" + "a" * 7900
    address(library, url)
    with pytest.raises(AlreadyHere):
        address(library, url)


def test_a_video_that_failed_is_told_with_its_reason_and_one_that_was_removed_is_forgotten(
    library: Library, source: Path
) -> None:
    url = "https://media.example.org/a.mp4"

    def bring_it(*, again: bool = False) -> int:
        return bring(library, source, again=again)

    def address_it(*, again: bool = False) -> int:
        return address(library, url, again=again)

    for add in (bring_it, address_it):
        first = add()
        fail(library, first)
        with pytest.raises(AlreadyHere, match=r"which failed: it broke$") as caught:
            add()
        assert (caught.value.video_id, caught.value.failure) == (first, "it broke")
        second = add(again=True)
        with pytest.raises(AlreadyHere) as caught:
            add()
        assert (caught.value.video_id, caught.value.failure) == (second, None)
        remove_video(library.runtime.database, library.runtime.store, first)
        remove_video(library.runtime.database, library.runtime.store, second)
        assert add() not in {first, second}


@pytest.mark.parametrize("consume", [True, False])
def test_a_row_that_is_refused_loses_no_file(library: Library, source: Path, consume: bool) -> None:
    content = source.read_bytes()
    with refusing_rows(library), pytest.raises(DBAPIError):
        bring(library, source, consume=consume)
    assert source.read_bytes() == content
    assert list(source.parent.glob("*.given")) == []
    video_id = bring(library, source, consume=consume)
    assert source.exists() != consume
    assert library.file(library.artifact(video_id, ArtifactKind.ORIGINAL)).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "title", "suffix"),
    [
        ("a\0b\u202e.mp4", "a b", ".mp4"),
        ("x" * 251 + ".MP4", "x" * 200, ""),
        ("-rf .. /..", "untitled", ""),
        ("film.unknown_video", "film", ""),
    ],
)
def test_any_name_becomes_a_title(
    library: Library, source: Path, name: str, title: str, suffix: str
) -> None:
    runtime = library.runtime
    if title == "untitled":
        with pytest.raises(InvalidInput, match="no name"):
            bring_in(runtime.database, runtime.store, source, name=name)
        return
    video_id = bring_in(runtime.database, runtime.store, source, name=name)
    assert library.video(video_id).title == title
    assert library.artifact(video_id, ArtifactKind.ORIGINAL).key.endswith(suffix)


def settled(library: Library, video_id: int) -> Video | None:
    video = library.video(video_id)
    done = video.state == VideoState.READY or video.state.value.endswith("_failed")
    return video if done else None


@pytest.mark.parametrize(
    "library", [{"download_allow_private": True, "max_attempts": 1}], indirect=True
)
def test_an_attachment_without_a_known_type_becomes_a_video(
    library: Library, tmp_path: Path
) -> None:
    film = write_barcode_video(tmp_path / "film.mp4", fps=Fraction(25), frame_count=10)

    def attachment(exchange: Exchange) -> None:
        data = film.read_bytes()
        exchange.begin(
            200,
            {
                "Content-Type": "application/octet-stream",
                "Content-Disposition": "attachment; filename*=UTF-8''caf%C3%A9%00%E2%80%AE.mp4",
                "Content-Length": str(len(data)),
            },
        )
        exchange.wfile.write(data if exchange.command == "GET" else b"")

    with serve(tmp_path) as server, library.worker():
        for path in ("/get", "/a\0b", "/a b.unknown"):
            server.routes[path] = attachment
        for path in ("/get?id=7", "/a%00b", "/a%20b.unknown"):
            video_id = address(library, server.base_url + path)
            video = library.wait_for(lambda video_id=video_id: settled(library, video_id))
            assert (video.state, video.last_error) == (VideoState.READY, None)
            assert video.title.isprintable()
            assert video.content_sha256 == hashlib.sha256(film.read_bytes()).hexdigest()
        with pytest.raises(AlreadyHere):
            bring(library, film)


def test_a_video_without_clips_is_removed_with_its_files(library: Library, source: Path) -> None:
    runtime = library.runtime
    video_id = bring(library, source)
    assert remove_video(runtime.database, runtime.store, video_id) == "film"
    assert (titles(library), keys_in(runtime.store)) == ([], [])
    with pytest.raises(NotFound):
        remove_video(runtime.database, runtime.store, video_id)


def test_a_video_whose_files_the_store_does_not_delete_stays_and_is_removed_later(
    library: Library, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = library.runtime
    video_id = bring(library, source)
    for name, value in {**CREDENTIALS, "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}"
        with pytest.raises(ExternalFailure):
            remove_video(
                runtime.database, open_store("s3://any", s3_endpoint_url=address), video_id
            )
    assert titles(library) == ["film"]
    assert library.artifact(video_id, ArtifactKind.ORIGINAL).key in keys_in(runtime.store)
    assert remove_video(runtime.database, runtime.store, video_id) == "film"
    assert (titles(library), keys_in(runtime.store)) == ([], [])


def test_a_video_that_has_clips_stays(library: Library, tmp_path: Path) -> None:
    film = write_barcode_video(tmp_path / "film.mp4", fps=Fraction(25), frame_count=10)
    with library.worker():
        video_id = library.ingest(film)
        library.wait_for(lambda: settled(library, video_id))
    with pytest.raises(InvalidInput, match="has clips"):
        remove_video(library.runtime.database, library.runtime.store, video_id)
    assert library.video(video_id).state == VideoState.READY


def test_work_on_a_removed_video_leaves_no_trace(library: Library, source: Path) -> None:
    runtime = library.runtime
    video_id = bring(library, source)
    task = Task.claim(STAGES["preprocess"], video_id, library.tools, threading.Event())
    assert task is not None
    remove_video(runtime.database, runtime.store, video_id)
    with pytest.raises(LeaseLost):
        task.finish(lambda _uow, _row: None)
    assert titles(library) == []
