"""Stage: propose cuts from the small frames, and make the clips that they bound."""

from __future__ import annotations

from heaters.media.analysis import read_analysis
from heaters.media.detectors import detect
from heaters.models import ArtifactKind, Clip, Video
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.services.cutting import create_virtual_clips
from heaters.storage.keys import new_token, scores_key
from heaters.storage.store import as_local_file


def run(task: Task) -> None:
    """Detect, store the score of every frame, create the first clips."""
    tools = task.tools
    with tools.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(task.id)
        analysis = ArtifactRepository(uow.session).of_video(task.id, ArtifactKind.ANALYSIS)
    fps, frame_count = video.fps, video.frame_count
    assert fps is not None
    assert frame_count is not None
    with (
        task.scratch() as folder,
        as_local_file(tools.store, analysis.key, folder, on_progress=task.check_cancelled) as path,
    ):
        detection = detect(
            tools.settings.detector,
            read_analysis(path),
            fps,
            model_cache=tools.model_cache,
            on_progress=lambda frame: task.report(frame / frame_count),
            cancelled=task.cancelled,
        )
    scores = detection.scores.astype("<f4").tobytes()
    key = scores_key(task.id, detection.detector, new_token(), ".f32")
    tools.store.put_bytes(key, scores)

    def write(uow: UnitOfWork, video: Video | Clip) -> None:
        assert isinstance(video, Video)
        video.detector, video.threshold = detection.detector, detection.threshold
        ArtifactRepository(uow.session).put(
            ArtifactKind.SCORES, key, video_id=task.id, size_bytes=len(scores)
        )
        create_virtual_clips(
            uow,
            task.id,
            detection.cuts,
            reason=f"{detection.detector}, threshold {detection.threshold:g}",
        )

    task.finish(write)
