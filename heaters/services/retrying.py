"""Ask the pipeline to try again where it gave up."""

from __future__ import annotations

from typing import TypeVar

from heaters.domain.errors import InvalidInput
from heaters.domain.stages import stage_that_failed
from heaters.models import Clip, Video
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import Job, UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.repositories.work import in_seconds

_Row = TypeVar("_Row", Video, Clip)


def retry_video(uow: UnitOfWork, video_id: int) -> Video:
    """Make a failed video due again at once, with all its attempts.

    Raises:
        NotFound: there is no such video.
        InvalidInput: the video has not failed.
    """
    return _retry(uow, VideoRepository(uow.session).lock(video_id))


def retry_clip(uow: UnitOfWork, clip_id: int) -> Clip:
    """Make a failed clip due again at once, with all its attempts.

    Raises:
        NotFound: there is no such clip.
        InvalidInput: the clip has not failed.
    """
    clip = ClipRepository(uow.session).get(clip_id)
    uow.session.refresh(clip, with_for_update={"key_share": True})
    return _retry(uow, clip)


def _retry(uow: UnitOfWork, row: _Row) -> _Row:
    stage = stage_that_failed(row.state)
    if stage is None or row.id is None:
        raise InvalidInput(
            f"{type(row).__name__.lower()} {row.id} is {row.state}, not failed: nothing to retry"
        )
    row.attempts = 0
    row.next_attempt_at = in_seconds(0)
    uow.send(Job(stage.name, row.id))
    return row
