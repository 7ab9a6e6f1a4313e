"""Files of videos and clips, by id: bytes by range from a local store, a redirect to an S3 one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from heaters.domain.errors import HeatersError, NotFound
from heaters.domain.names import export_file_name
from heaters.models import Artifact, ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime
from heaters.storage import keys

PRESIGNED_S = 3600
"""How long a redirect to the store works: a browser keeps it for as long as it plays."""

_DAY_S = 24 * 3600

_SMALL_BYTES = 2 << 20
"""Ranges up to this are read at once, on the thread that looked the file up: a player asks for many
of some 100 kB, and each change of thread costs as much as the reading. Longer ones are streamed."""

_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})")


def video_proxy(request: Request) -> Response:
    """Answer ``/media/videos/{video_id}/proxy``."""
    return _video_file(request, ArtifactKind.PROXY)


def video_poster(request: Request) -> Response:
    """Answer ``/media/videos/{video_id}/poster``."""
    return _video_file(request, ArtifactKind.POSTER)


def video_scores(request: Request) -> Response:
    """Answer ``/media/videos/{video_id}/scores``: the detector's, float32 little-endian a frame."""
    return _video_file(request, ArtifactKind.SCORES)


def clip_export(request: Request) -> Response:
    """Answer ``/media/clips/{clip_id}/export``: the exported clip, as a download."""
    clip_id: int = request.path_params["clip_id"]

    def find(session: Session) -> _Found:
        exports = ArtifactRepository(session).of_clip(clip_id, ArtifactKind.EXPORT)
        return _Found(_last(exports, clip_id), download_name=_download_name(session, clip_id))

    return _answer(request, find)


def clip_keyframe(request: Request) -> Response:
    """Answer ``/media/clips/{clip_id}/keyframes/{frame}``; the frame is the proxy's index."""
    clip_id, frame = request.path_params["clip_id"], request.path_params["frame"]

    def find(session: Session) -> _Found:
        keyframes = ArtifactRepository(session).of_clip(clip_id, ArtifactKind.KEYFRAME)
        return _Found(_last([one for one in keyframes if one.frame == frame], clip_id))

    return _answer(request, find)


ROUTES = [
    Route("/media/videos/{video_id:int}/proxy", video_proxy),
    Route("/media/videos/{video_id:int}/poster", video_poster),
    Route("/media/videos/{video_id:int}/scores", video_scores),
    Route("/media/clips/{clip_id:int}/export", clip_export),
    Route("/media/clips/{clip_id:int}/keyframes/{frame:int}", clip_keyframe),
]


def _video_file(request: Request, kind: ArtifactKind) -> Response:
    video_id: int = request.path_params["video_id"]

    def find(session: Session) -> _Found:
        return _Found(ArtifactRepository(session).of_video(video_id, kind))

    return _answer(request, find)


@dataclass(frozen=True)
class _Found:
    artifact: Artifact
    download_name: str | None = None


def _answer(request: Request, find: Callable[[Session], _Found]) -> Response:
    runtime: Runtime = request.app.state.runtime
    try:
        with runtime.database.unit_of_work() as uow:
            found = find(uow.session)
        artifact = found.artifact
        store = runtime.unclaimed_store
        path = store.local_path(artifact.key)
        address = None if path else store.presign(artifact.key, PRESIGNED_S, found.download_name)
    except NotFound as error:
        return PlainTextResponse(str(error), 404)
    except HeatersError as error:
        return PlainTextResponse(str(error), 503)
    if address:
        headers = {"Cache-Control": f"private, max-age={PRESIGNED_S // 2}"}
        return RedirectResponse(address, 307, headers)
    assert path is not None
    # A key names the same bytes for ever, so the artifact's id stands for them.
    headers = {"ETag": f'"{artifact.id}"', "Cache-Control": "private, no-cache"}
    if "v" in request.query_params:
        headers["Cache-Control"] = f"private, max-age={_DAY_S}, immutable"
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    media_type = keys.content_type(artifact.key)
    if "if-range" not in request.headers and (asked := request.headers.get("range")):
        small = _small_range(path, asked, headers, media_type)
        if small:
            return small
    return FileResponse(path, headers=headers, media_type=media_type, filename=found.download_name)


def _small_range(
    path: Path, asked: str, headers: dict[str, str], media_type: str
) -> Response | None:
    """Return one small range of the file; None if something else was asked for."""
    match = _RANGE.fullmatch(asked)
    if match is None:
        return None
    first, last = map(int, match.groups())
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        last = min(last, size_bytes - 1)
        if not first <= last < first + _SMALL_BYTES:
            return None
        file.seek(first)
        content = file.read(last - first + 1)
    headers = headers | {
        "Accept-Ranges": "bytes",
        "Content-Range": f"bytes {first}-{last}/{size_bytes}",
    }
    return Response(content, 206, headers, media_type)


def _last(artifacts: Sequence[Artifact], clip_id: int) -> Artifact:
    if not artifacts:
        raise NotFound(f"clip {clip_id} has no such file")
    return artifacts[-1]


def _download_name(session: Session, clip_id: int) -> str:
    clip = ClipRepository(session).get(clip_id)
    video = VideoRepository(session).get(clip.video_id)
    assert video.id is not None
    return export_file_name(video.title, video.id, clip.start_frame, clip.end_frame)
