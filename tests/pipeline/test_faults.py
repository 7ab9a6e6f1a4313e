"""Processes killed with SIGKILL in every stage, and a full disk: nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import psycopg
import pytest
import redis
from sqlmodel import col, select

from heaters.domain.lifecycle import ClipState, VideoState
from heaters.domain.stages import STAGES, Stage
from heaters.models import LOCAL_REVIEWER_ID, Artifact, Clip, Embedding
from heaters.pipeline import runner
from heaters.pipeline.task import Task
from heaters.services.ingest import add_address
from heaters.services.reviewing import approve
from tests.support.barcodes import write_barcode_video
from tests.support.http_server import serve_folder
from tests.support.library import Library
from tests.support.servers import RunningServers

CLIPS = 2
WHOLE = Counter(proxy=1, master=1, analysis=1, poster=1, scores=1, export=CLIPS, keyframe=3 * CLIPS)

offline = pytest.mark.parametrize("library", [{"download_allow_private": True}], indirect=True)
each_stage = pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.name)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a source of two shots can be downloaded."""
    folder = tmp_path / "site"
    folder.mkdir()
    write_barcode_video(folder / "a.mp4", fps=Fraction(25), frame_count=50, cuts=[20])
    with serve_folder(folder) as base_url:
        yield f"{base_url}/a.mp4"


@contextmanager
def worker_process(library: Library, *command: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker in a process group of its own, which is killed at the end."""
    runtime = library.runtime
    environment = os.environ | {
        "HEATERS_DATA_DIR": str(runtime.settings.data_dir),
        "HEATERS_DATABASE_URL": runtime.database_url,
        "HEATERS_REDIS_URL": runtime.redis_url,
        "HEATERS_LEASE_S": "2",
        "HEATERS_RECONCILE_S": "0.2",
        "HEATERS_RETRY_BASE_S": "0.1",
        "HEATERS_DOWNLOAD_ALLOW_PRIVATE": "true",
    }
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def add(library: Library, address: str) -> int:
    with library.runtime.database.unit_of_work() as uow:
        video = add_address(uow, address)
    assert video.id is not None
    return video.id


def ready(library: Library, video_id: int) -> bool:
    return library.video(video_id).state == VideoState.READY


def approve_all(library: Library, video_id: int) -> None:
    ids = [clip.id for clip in library.clips(video_id) if clip.id is not None]
    with library.runtime.database.unit_of_work() as uow:
        approve(uow, ids, reviewer_id=LOCAL_REVIEWER_ID)


def embedded(library: Library, video_id: int) -> bool:
    return {clip.state for clip in library.clips(video_id)} == {ClipState.EMBEDDED}


def take_to(library: Library, stage: Stage, video_id: int) -> None:
    """If the stage is about clips, bring the video to where they wait for it."""
    if stage.subject == "clip":
        with library.worker():
            library.wait_for(lambda: ready(library, video_id))
        approve_all(library, video_id)


def assert_whole(library: Library, video_id: int) -> None:
    """Everything is there, and everything once."""
    with library.runtime.database.unit_of_work() as uow:
        clips = uow.session.exec(select(Clip).order_by(col(Clip.start_frame))).all()
        assert [(c.start_frame, c.end_frame) for c in clips] == [(0, 20), (20, 50)]
        in_use = uow.session.exec(select(Artifact).where(col(Artifact.retired_at).is_(None))).all()
        assert Counter(artifact.kind.value for artifact in in_use) == WHOLE
        assert all(library.runtime.store.exists(artifact.key) for artifact in in_use)
        embeddings = uow.session.exec(select(Embedding)).all()
        assert sorted(e.clip_id for e in embeddings) == sorted(c.id or 0 for c in clips)
    video = library.video(video_id)
    assert (video.last_error, video.lease_owner) == (None, None)


@offline
@each_stage
def test_a_worker_killed_in_a_stage_loses_and_doubles_nothing(
    library: Library, address: str, stage: Stage
) -> None:
    video_id = add(library, address)
    take_to(library, stage, video_id)
    with worker_process(library, "tests.support.stalling_worker", stage.name) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stalled\n"
    with library.worker():
        library.wait_for(lambda: ready(library, video_id))
        if stage.subject == "video":
            approve_all(library, video_id)
        library.wait_for(lambda: embedded(library, video_id))
    assert_whole(library, video_id)


def kill_postgres(servers: RunningServers) -> None:
    with psycopg.connect(servers.superuser_dsn()) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    os.kill(int(row[0].splitlines()[0]), signal.SIGKILL)


def kill_valkey(servers: RunningServers) -> None:
    with redis.Redis.from_url(servers.urls.redis_url) as client:
        process_id = client.info("server")["process_id"]  # pyright: ignore[reportIndexIssue]
    os.kill(process_id, signal.SIGKILL)


@pytest.mark.parametrize(
    "library", [{"download_allow_private": True, "lease_s": 60}], indirect=True
)
@each_stage
@pytest.mark.parametrize("kill", [kill_postgres, kill_valkey], ids=["PostgreSQL", "Valkey"])
def test_a_server_killed_in_a_stage_loses_and_doubles_nothing(
    library: Library,
    servers: RunningServers,
    address: str,
    stage: Stage,
    kill: Callable[[RunningServers], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    video_id = add(library, address)
    take_to(library, stage, video_id)
    finish, killed = Task.finish, []
    runs: Counter[tuple[str, int]] = Counter()
    work = runner.WORK[stage.name]

    def count_and_work(task: Task) -> None:
        runs[task.stage.name, task.id] += 1
        work(task)

    monkeypatch.setitem(runner.WORK, stage.name, count_and_work)  # pyright: ignore[reportArgumentType]

    def kill_then_finish(task: Task, write: object) -> None:
        if task.stage == stage and not killed:
            killed.append(task.id)
            kill(servers)
        finish(task, write)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Task, "finish", kill_then_finish)
    with library.worker():
        library.wait_for(lambda: ready(library, video_id))
        if stage.subject == "video":
            approve_all(library, video_id)
        library.wait_for(lambda: embedded(library, video_id))
    assert killed
    assert runs[stage.name, killed[0]] == 1, "what was done was not thrown away"
    assert_whole(library, video_id)


@offline
@pytest.mark.parametrize("stage", ["download", "preprocess"])
def test_a_full_disk_fails_with_the_reason_leaves_nothing_half_and_heals(
    library: Library, address: str, stage: str, tmp_path: Path
) -> None:
    if stage == "download":
        video_id = add(library, address)
    else:
        video_id = library.ingest(tmp_path / "site" / "a.mp4")
    given = {found.key for found in library.runtime.store.list_objects()}
    with worker_process(library, "tests.support.limited_worker", "20000"):
        reason = library.wait_for(lambda: library.video(video_id).last_error)
    assert "room" in reason
    assert {found.key for found in library.runtime.store.list_objects()} == given
    with library.worker():
        library.wait_for(lambda: ready(library, video_id))
        approve_all(library, video_id)
        library.wait_for(lambda: embedded(library, video_id))
    assert_whole(library, video_id)
