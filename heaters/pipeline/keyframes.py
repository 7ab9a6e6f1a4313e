"""Stage: take the frames that stand for an exported clip."""

from __future__ import annotations

from heaters.domain.keyframes import keyframe_frames
from heaters.media.keyframes import extract_keyframes, write_jpeg
from heaters.media.profiles import KEYFRAME_EXTRACTION
from heaters.models import ArtifactKind, Clip, Video
from heaters.pipeline.clips import clip_to_work_on, open_proxy
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.storage.keys import keyframe_key, new_token


def run(task: Task) -> None:
    """Decode the strategy's frames from the proxy and store them as JPEG."""
    clip = clip_to_work_on(task)
    strategy = task.tools.settings.keyframe_strategy
    frames = keyframe_frames(strategy, clip.start_frame, clip.end_frame)
    token = new_token()
    stored: list[tuple[int, str, int]] = []
    with task.scratch() as folder, open_proxy(task, clip) as proxy:
        for frame, image in zip(frames, extract_keyframes(proxy, frames), strict=True):
            path = folder / f"{frame}.jpg"
            write_jpeg(image, path, KEYFRAME_EXTRACTION)
            key = keyframe_key(clip.video_id, task.id, frame, token)
            stored.append(
                (
                    frame,
                    key,
                    task.tools.store.put_file(
                        key, path, consume=True, on_progress=task.check_cancelled
                    ),
                )
            )

    def write(uow: UnitOfWork, _row: Video | Clip) -> None:
        artifacts = ArtifactRepository(uow.session)
        artifacts.retire_of_clip(task.id, ArtifactKind.KEYFRAME)
        for frame, key, size_bytes in stored:
            artifacts.put(
                ArtifactKind.KEYFRAME,
                key,
                video_id=clip.video_id,
                clip_id=task.id,
                frame=frame,
                size_bytes=size_bytes,
            )

    task.finish(write)
