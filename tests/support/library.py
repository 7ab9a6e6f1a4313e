"""A library for tests: a migrated database, a folder store, short leases, and a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from heaters.config import Settings
from heaters.models import Artifact, ArtifactKind, Clip, Video
from heaters.pipeline.tools import Tools
from heaters.pipeline.worker import running_worker
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.driver import DatabaseAway
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime, open_runtime
from heaters.services.ingest import add_stored_file
from heaters.storage.keys import new_token, original_key

T = TypeVar("T")


@dataclass(frozen=True)
class Library:
    """A runtime, and short ways to say what tests say often."""

    runtime: Runtime

    @property
    def tools(self) -> Tools:
        """What stages work with."""
        return Tools(self.runtime.settings, self.runtime.database, self.runtime.store)

    def ingest(self, path: Path) -> int:
        """Store a file and add it as a video; return its id."""
        key = original_key(new_token(), path.suffix)
        size_bytes = self.runtime.store.put_file(key, path)
        with self.runtime.database.unit_of_work() as uow:
            video = add_stored_file(uow, name=path.name, key=key, size_bytes=size_bytes)
        assert video.id is not None
        return video.id

    def video(self, video_id: int) -> Video:
        """Read a video anew."""
        with self.runtime.database.unit_of_work() as uow:
            return VideoRepository(uow.session).get(video_id)

    def clips(self, video_id: int) -> list[Clip]:
        """Read the live clips of a video in order."""
        with self.runtime.database.unit_of_work() as uow:
            return list(ClipRepository(uow.session).live(video_id))

    def clip(self, clip_id: int) -> Clip:
        """Read a clip anew."""
        with self.runtime.database.unit_of_work() as uow:
            return ClipRepository(uow.session).get(clip_id)

    def artifact(self, video_id: int, kind: ArtifactKind) -> Artifact:
        """Read the video's own artifact of this kind."""
        with self.runtime.database.unit_of_work() as uow:
            return ArtifactRepository(uow.session).of_video(video_id, kind)

    def file(self, artifact: Artifact) -> Path:
        """Return an artifact's file."""
        path = self.runtime.store.local_path(artifact.key)
        assert path is not None
        return path

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Work in this process while the block runs."""
        with running_worker(self.tools, self.runtime.redis_url):
            yield

    def wait_for(self, look: Callable[[], T | None], *, timeout_s: float = 60) -> T:
        """Return the first true answer of ``look``, asked again after every committed change.

        A database that goes away meanwhile is waited for.
        """
        deadline_s = time.monotonic() + timeout_s
        url = make_url(self.runtime.database_url).set(drivername="postgresql")
        dsn = url.render_as_string(hide_password=False)
        answer = None
        while time.monotonic() < deadline_s:
            try:
                with psycopg.connect(dsn, autocommit=True) as connection:
                    connection.execute("LISTEN heaters")
                    while time.monotonic() < deadline_s:
                        answer = look()
                        if answer:
                            return answer
                        next(connection.notifies(timeout=1, stop_after=1), None)
            except (psycopg.OperationalError, DatabaseAway) as error:
                answer = error
        raise AssertionError(f"still {answer!r} after {timeout_s} s")


@contextmanager
def open_library(
    data_dir: Path, database_url: str, redis_url: str, **settings: object
) -> Iterator[Library]:
    """Open a library over servers that run already; leases and pauses are short."""
    values: dict[str, object] = {
        "data_dir": data_dir,
        "database_url": SecretStr(database_url),
        "redis_url": SecretStr(redis_url),
        "lease_s": 4,
        "retry_base_s": 0.1,
        "reconcile_s": 0.5,
        **settings,
    }
    with open_runtime(Settings.model_validate(values), migrate=True) as runtime:
        yield Library(runtime)
