"""Bring a source into the library: an address to download, or a file already in the store."""

from __future__ import annotations

from heaters.domain.addresses import address_name, check_url, shown_source
from heaters.domain.errors import InvalidInput
from heaters.domain.lifecycle import VideoState
from heaters.domain.names import base_name, clean_title
from heaters.models import Artifact, ArtifactKind, Video
from heaters.repositories.database import Job, UnitOfWork
from heaters.repositories.videos import VideoRepository


class AlreadyHere(InvalidInput):
    """The library has this source, and nobody said that it is wanted again.

    Attributes:
        video_id: the video that it has of it.
        title: that video's title.
    """

    def __init__(self, source: str, video: Video) -> None:
        super().__init__(f"{source} is already here as video {video.id} ({video.title})")
        self.video_id, self.title = _id(video), video.title


def add_address(uow: UnitOfWork, address: str, *, again: bool = False) -> Video:
    """Add a video that the pipeline will download from ``address``.

    Args:
        uow: the transaction.
        address: http or https.
        again: add it although a video came from there already.

    Raises:
        InvalidInput: the address is not http or https with a host.
        AlreadyHere: a video that has not failed came from there.
    """
    address = check_url(address)
    videos = VideoRepository(uow.session)
    videos.lock_source(address)
    same = None if again else videos.from_source(address)
    if same is not None:
        raise AlreadyHere(shown_source(address), same)
    title = clean_title(address_name(address))
    video = videos.add(Video(title=title, source=address))
    uow.send(Job("download", _id(video)))
    return video


def require_new_content(uow: UnitOfWork, sha256: str, *, name: str) -> None:
    """Refuse a file that the library has, until the transaction ends.

    Raises:
        AlreadyHere: a video that has not failed is of a file of this hash.
    """
    videos = VideoRepository(uow.session)
    videos.lock_source(sha256)
    same = videos.of_content(sha256)
    if same is not None:
        raise AlreadyHere(base_name(name), same)


def add_stored_file(
    uow: UnitOfWork,
    *,
    name: str,
    key: str,
    size_bytes: int,
    sha256: str | None = None,
    again: bool = False,
) -> Video:
    """Add a video whose source already lies in the store under ``key``.

    Args:
        uow: the transaction.
        name: the name that the user's file had; its stem becomes the title.
        key: names the object.
        size_bytes: its size.
        sha256: the SHA-256 of its bytes in hexadecimal digits, by which it is known again.
        again: add it although the library has a video of the same bytes.

    Raises:
        AlreadyHere: it has one that has not failed.
    """
    if sha256 is not None and not again:
        require_new_content(uow, sha256, name=name)
    source = base_name(name)
    title = clean_title(source.rpartition(".")[0] or source)
    video = VideoRepository(uow.session).add(
        Video(title=title, source=source, state=VideoState.DOWNLOADED, content_sha256=sha256)
    )
    uow.session.add(
        Artifact(video_id=_id(video), kind=ArtifactKind.ORIGINAL, key=key, size_bytes=size_bytes)
    )
    uow.send(Job("preprocess", _id(video)))
    return video


def _id(video: Video) -> int:
    assert video.id is not None
    return video.id
