"""Bring a source into the library: an address to download, or a file already in the store."""

from __future__ import annotations

from heaters.domain.addresses import address_name, check_url
from heaters.domain.lifecycle import VideoState
from heaters.domain.names import base_name, clean_title
from heaters.models import Artifact, ArtifactKind, Video
from heaters.repositories.database import Job, UnitOfWork
from heaters.repositories.videos import VideoRepository


def add_address(uow: UnitOfWork, address: str) -> Video:
    """Add a video that the pipeline will download from ``address``.

    Raises:
        InvalidInput: the address is not http or https with a host.
    """
    address = check_url(address)
    title = clean_title(address_name(address))
    video = VideoRepository(uow.session).add(Video(title=title, source=address))
    uow.send(Job("download", _id(video)))
    return video


def add_stored_file(uow: UnitOfWork, *, name: str, key: str, size_bytes: int) -> Video:
    """Add a video whose source already lies in the store under ``key``.

    ``name`` is the name the user's file had; its stem becomes the title.
    """
    source = base_name(name)
    title = clean_title(source.rpartition(".")[0] or source)
    video = VideoRepository(uow.session).add(
        Video(title=title, source=source, state=VideoState.DOWNLOADED)
    )
    uow.session.add(
        Artifact(video_id=_id(video), kind=ArtifactKind.ORIGINAL, key=key, size_bytes=size_bytes)
    )
    uow.send(Job("preprocess", _id(video)))
    return video


def _id(video: Video) -> int:
    assert video.id is not None
    return video.id
