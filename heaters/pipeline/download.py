"""Stage: fetch a video from its address into the store."""

from __future__ import annotations

from heaters.media.download import DownloadOptions, DownloadProgress, download
from heaters.models import ArtifactKind, Clip, Video
from heaters.pipeline.scratch import ScratchFolder
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.services.bringing_in import file_sha256
from heaters.storage.keys import new_token, original_key, usable_suffix


def run(task: Task) -> None:
    """Download into a folder that outlives this attempt if it fails, so that the next resumes."""
    with task.tools.folders.resumable_folder(f"download-of-video-{task.id}") as folder:
        _run(task, folder)


def _run(task: Task, folder: ScratchFolder) -> None:
    tools = task.tools
    with tools.database.unit_of_work() as uow:
        address = VideoRepository(uow.session).get(task.id).source
    reserved_bytes = 0

    def show(progress: DownloadProgress) -> None:
        nonlocal reserved_bytes
        if total_bytes := progress.total_bytes:
            if total_bytes > reserved_bytes:
                folder.reserve(total_bytes)
                reserved_bytes = total_bytes + total_bytes // 10  # the total is an estimate
            task.report(progress.downloaded_bytes / total_bytes)

    fetched = download(
        address,
        folder.path,
        options=DownloadOptions(
            allow_private=tools.settings.download_allow_private,
            max_bytes=tools.settings.download_max_bytes,
        ),
        on_progress=show,
        cancelled=task.cancelled,
    )
    sha256 = file_sha256(fetched.path, task.check_cancelled)
    key = original_key(new_token(), usable_suffix(fetched.path.name))
    tools.store.put_file(key, fetched.path, consume=True, on_progress=task.check_cancelled)

    def write(uow: UnitOfWork, video: Video | Clip) -> None:
        assert isinstance(video, Video)
        video.title, video.content_sha256 = fetched.title, sha256
        ArtifactRepository(uow.session).put(
            ArtifactKind.ORIGINAL, key, video_id=task.id, size_bytes=fetched.size_bytes
        )

    task.finish(write)
