"""What the stages on clips share: the clip, and its video's proxy opened for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from heaters.media.proxy import ProxyReader
from heaters.models import ArtifactKind
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.videos import VideoRepository
from heaters.storage.range_file import open_object


@dataclass(frozen=True)
class ClipToWorkOn:
    """Frames [start_frame, end_frame) of a video, and where its proxy lies."""

    video_id: int
    start_frame: int
    end_frame: int
    fps: Fraction
    proxy_key: str


def clip_to_work_on(task: Task) -> ClipToWorkOn:
    """Read what a stage needs to know of its clip."""
    with task.tools.database.unit_of_work() as uow:
        clip = ClipRepository(uow.session).get(task.id)
        video = VideoRepository(uow.session).get(clip.video_id)
        proxy = ArtifactRepository(uow.session).of_video(clip.video_id, ArtifactKind.PROXY)
        assert video.fps is not None
        return ClipToWorkOn(clip.video_id, clip.start_frame, clip.end_frame, video.fps, proxy.key)


@contextmanager
def open_proxy(task: Task, clip: ClipToWorkOn) -> Iterator[ProxyReader]:
    """Open the proxy of the clip's video; of one in S3 only what is needed is fetched."""
    with (
        open_object(task.tools.store, clip.proxy_key) as file,
        ProxyReader(file, clip.fps) as proxy,
    ):
        yield proxy
