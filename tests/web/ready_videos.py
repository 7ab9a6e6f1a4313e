"""Videos that are ready for review, put into the database and store without the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

from heaters.domain.lifecycle import VideoState
from heaters.models import Artifact, ArtifactKind, Clip, Video
from heaters.runtime import Runtime
from heaters.storage import keys


def add_ready_video(
    runtime: Runtime, proxy: Path, *, title: str, fps: Fraction, cuts: Sequence[int]
) -> int:
    """Add a video whose proxy is the given file, cut at the given frames; return its id."""
    with av.open(str(proxy)) as container:
        stream = container.streams.video[0]
        frame_count, width, height = stream.frames, stream.width, stream.height
        picture = next(container.decode(video=0)).to_image()
    with runtime.database.unit_of_work() as uow:
        video = Video(
            title=title,
            source=f"{title}.mp4",
            state=VideoState.READY,
            fps_num=fps.numerator,
            fps_den=fps.denominator,
            frame_count=frame_count,
            width=width,
            height=height,
        )
        uow.session.add(video)
        uow.session.flush()
        assert video.id is not None
        edges = [0, *cuts, frame_count]
        for start_frame, end_frame in pairwise(edges):
            clip = Clip(video_id=video.id, start_frame=start_frame, end_frame=end_frame)
            uow.session.add(clip)
        token = keys.new_token()
        proxy_key, poster_key = keys.proxy_key(video.id, token), keys.poster_key(video.id, token)
        poster = proxy.with_suffix(".jpg")
        picture.save(poster, quality=85)
        for kind, key, path in (
            (ArtifactKind.PROXY, proxy_key, proxy),
            (ArtifactKind.POSTER, poster_key, poster),
        ):
            size_bytes = runtime.store.put_file(key, path)
            artifact = Artifact(video_id=video.id, kind=kind, key=key, size_bytes=size_bytes)
            uow.session.add(artifact)
        return video.id
