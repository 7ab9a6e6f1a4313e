"""Stage: copy an approved clip out of the proxy, exact to the frame."""

from __future__ import annotations

from heaters.media.export import export_clip, verify_export
from heaters.models import ArtifactKind, Clip, Video
from heaters.pipeline.clips import clip_to_work_on, open_proxy
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.storage.keys import clip_export_key, new_token


def run(task: Task) -> None:
    """Export, check the file against the proxy, store it."""
    clip = clip_to_work_on(task)
    key = clip_export_key(clip.video_id, task.id, new_token())
    with task.scratch() as folder, open_proxy(task, clip) as proxy:
        path = folder / "clip.mp4"
        frames = {"start_frame": clip.start_frame, "end_frame": clip.end_frame}
        export_clip(proxy, path, **frames)
        verify_export(path, proxy, **frames)
        size_bytes = task.tools.store.put_file(
            key, path, consume=True, on_progress=task.check_cancelled
        )

    def write(uow: UnitOfWork, _row: Video | Clip) -> None:
        artifacts = ArtifactRepository(uow.session)
        artifacts.retire_of_clip(task.id, ArtifactKind.EXPORT)
        artifacts.put(
            ArtifactKind.EXPORT,
            key,
            video_id=clip.video_id,
            clip_id=task.id,
            size_bytes=size_bytes,
        )

    task.finish(write)
