"""Stage: one decode of the source writes the proxy, the master and the small frames."""

from __future__ import annotations

from contextlib import ExitStack

from heaters.media.ffmpeg import find_ffmpeg
from heaters.media.limits import MediaLimits
from heaters.media.prepare import Allowance, prepare
from heaters.media.preprocess import Preprocessed
from heaters.models import Artifact, ArtifactKind, Clip, Video
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.storage.keys import analysis_key, master_key, new_token, poster_key, proxy_key
from heaters.storage.store import as_local_file

_SIZES_MADE = 2
"""Of the source's size: the master takes one, the proxy, more or less, another."""


def run(task: Task) -> None:
    """Preprocess, check what was written, store it; the original is not needed any more."""
    tools, settings = task.tools, task.tools.settings
    limits = MediaLimits(
        pixels=settings.media_max_pixels,
        streams=settings.media_max_streams,
        packets=settings.media_max_packets,
        hours=settings.media_max_hours,
    )
    with tools.database.unit_of_work() as uow:
        name = VideoRepository(uow.session).get(task.id).title
        original = ArtifactRepository(uow.session).of_video(task.id, ArtifactKind.ORIGINAL)
    with tools.folders.folder(f"{task.stage.name}-{task.id}") as scratch, ExitStack() as stack:
        is_here = tools.store.local_path(original.key) is not None
        scratch.reserve(original.size_bytes * (_SIZES_MADE if is_here else _SIZES_MADE + 1))
        made_dir, fetched_dir = scratch.path / "made", scratch.path / "fetched"
        made_dir.mkdir()
        fetched_dir.mkdir()
        source = stack.enter_context(
            as_local_file(tools.store, original.key, fetched_dir, on_progress=task.check_cancelled)
        )
        prepared = prepare(
            source,
            made_dir,
            name=name,
            ffmpeg=find_ffmpeg(settings.ffmpeg),
            limits=limits,
            allowance=Allowance(settings.media_memory_bytes, settings.preprocess_max_s),
            max_height=settings.proxy_max_height,
            on_progress=task.report,
            cancelled=task.cancelled,
        )
        made = prepared.made
        token = new_token()
        keys = (
            (ArtifactKind.PROXY, made.proxy_path, proxy_key(task.id, token)),
            (
                ArtifactKind.MASTER,
                made.master_path,
                master_key(task.id, token, made.master_path.suffix),
            ),
            (
                ArtifactKind.ANALYSIS,
                made.analysis_path,
                analysis_key(task.id, token, made.analysis_path.suffix),
            ),
            (ArtifactKind.POSTER, prepared.poster_path, poster_key(task.id, token)),
        )
        stored: list[tuple[ArtifactKind, str, int]] = []
        for kind, path, key in keys:
            archive = kind == ArtifactKind.MASTER
            size_bytes = tools.store.put_file(
                key, path, archive=archive, consume=True, on_progress=task.check_cancelled
            )
            stored.append((kind, key, size_bytes))
    task.finish(lambda uow, video: _write(uow, video, made, stored))
    _discard(task, original)


def _write(
    uow: UnitOfWork,
    video: Video | Clip,
    made: Preprocessed,
    stored: list[tuple[ArtifactKind, str, int]],
) -> None:
    assert isinstance(video, Video)
    assert video.id is not None
    video.fps_num, video.fps_den = made.fps.numerator, made.fps.denominator
    video.frame_count, video.width, video.height = made.frame_count, made.width, made.height
    video.has_audio = made.has_audio
    video.warnings = [warning.as_json() for warning in made.warnings]
    artifacts = ArtifactRepository(uow.session)
    artifacts.retire_of_video(video.id, ArtifactKind.ORIGINAL)
    for kind, key, size_bytes in stored:
        artifacts.put(kind, key, video_id=video.id, size_bytes=size_bytes)


def _discard(task: Task, original: Artifact) -> None:
    """Delete the original, which the master replaces; a crash here leaves it to the archive job."""
    task.tools.store.delete(original.key)
    with task.tools.database.unit_of_work() as uow:
        ArtifactRepository(uow.session).forget(original.key)
