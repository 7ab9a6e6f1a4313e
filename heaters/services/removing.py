"""Remove videos that never got clips; those that have some stay, with their history."""

from __future__ import annotations

from heaters.domain.errors import InvalidInput
from heaters.repositories.database import Database
from heaters.repositories.videos import VideoRepository
from heaters.storage.store import ObjectStore


def remove_video(database: Database, store: ObjectStore, video_id: int) -> str:
    """Remove a video and its files, whatever the pipeline does with it, and return its title.

    A job at work on it finds its lease gone and stops. The files go before the rows that name them:
    a master that no row names would stay for ever.

    Raises:
        NotFound: there is no video of this id.
        InvalidInput: it has clips.
        NotDeleted, ExternalFailure: the store does not delete its files; the video stays, and can
            be removed again.
    """
    with database.unit_of_work() as uow:
        videos = VideoRepository(uow.session)
        video = videos.lock(video_id)
        if videos.has_clips(video_id):
            raise InvalidInput(f"video {video_id} ({video.title}) has clips, so it stays")
        store.delete(*videos.delete(video_id))
    return video.title
