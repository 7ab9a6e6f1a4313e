"""Bring a source into the library: an address to download, or a file already in the store."""

from __future__ import annotations

from heaters.domain.addresses import address_name, check_url, shown_source
from heaters.domain.errors import InvalidInput
from heaters.domain.lifecycle import VideoState
from heaters.domain.names import base_name, clean_title
from heaters.domain.stages import stage_that_failed
from heaters.models import Artifact, ArtifactKind, Video
from heaters.repositories.database import Job, UnitOfWork
from heaters.repositories.videos import VideoRepository


class AlreadyHere(InvalidInput):
    """The library has this source, and nobody said that it is wanted again.

    Attributes:
        video_id: the video that it has of it.
        title: that video's title.
        failure: why that video failed; None if it has not.
        is_tried_again: whether the pipeline tries what failed again by itself.
    """

    def __init__(self, source: str, video: Video) -> None:
        failed = stage_that_failed(video.state) is not None
        self.failure = (video.last_error or "for an unknown reason") if failed else None
        which = f", which failed: {self.failure}" if failed else ""
        super().__init__(f"{source} is already here as video {video.id} ({video.title}){which}")
        self.video_id, self.title = _id(video), video.title
        self.is_tried_again = failed and video.next_attempt_at is not None


def add_address(uow: UnitOfWork, address: str, *, again: bool = False) -> Video:
    """Add a video that the pipeline will download from ``address``.

    Args:
        uow: the transaction.
        address: http or https.
        again: add it although a video came from there already.

    Raises:
        InvalidInput: the address is not http or https with a host.
        AlreadyHere: a video came from there.
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
        AlreadyHere: a video is of a file of this hash.
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
        AlreadyHere: it has one.
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
