"""Commands that show what the library holds and copy it out: videos, clips, collect."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, command_runtime
from heaters.domain.lifecycle import ClipState
from heaters.domain.time import format_fps, format_timecode
from heaters.models import Clip, Video
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (videos, clips, collect):
        app.command()(command)


def videos(as_json: AsJson = False) -> None:
    """List the videos."""
    with command_runtime() as runtime:
        print_videos(load_videos(runtime), as_json=as_json)


def clips(
    video: Annotated[int | None, typer.Option(help="Only this video's.")] = None,
    state: Annotated[ClipState | None, typer.Option(help="Only those in this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """List clips in timeline order; without --state those that are live."""
    with command_runtime() as runtime:
        with runtime.database.unit_of_work() as uow:
            if video is not None:
                VideoRepository(uow.session).get(video)
            found = ClipRepository(uow.session).list(video_id=video, state=state)
            exports = ArtifactRepository(uow.session).exports(video)
        keys = {clip_id: artifact.key for clip_id, artifact in exports.items()}
        rows = [output.clip_json(clip, _place(runtime, keys.get(clip.id or 0))) for clip in found]
    if as_json:
        output.print_json(rows)
    else:
        output.print_table(list(rows[0]) if rows else [], [list(row.values()) for row in rows])


def collect(
    to: Annotated[Path, typer.Option(help="The folder to copy into.", metavar="DIR")],
    video: Annotated[int | None, typer.Option(help="Only this video's clips.")] = None,
) -> None:
    """Copy the exported clips out, with a manifest.json that says which frames each one is."""
    to.mkdir(parents=True, exist_ok=True)
    manifest: list[dict[str, object]] = []
    with command_runtime() as runtime, output.progress_bars() as bars:
        with runtime.database.unit_of_work() as uow:
            exports = ArtifactRepository(uow.session).exports(video)
            listed = ClipRepository(uow.session).list(video_id=video)
            titles = {v.id: v for v in VideoRepository(uow.session).list()}
        chosen = [(clip, exports[clip.id]) for clip in listed if clip.id in exports]
        for clip, artifact in bars.track(chosen, description="copying clips"):
            owner = titles[clip.video_id]
            name = _file_name(owner, clip)
            runtime.store.get_file(artifact.key, to / name)
            manifest.append(
                {
                    "file": name,
                    "clip_id": clip.id,
                    "video_id": clip.video_id,
                    "start_frame": clip.start_frame,
                    "end_frame": clip.end_frame,
                    "fps": format_fps(owner.fps) if owner.fps else None,
                }
            )
    partial = to / ".manifest.json.part"
    partial.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    partial.replace(to / "manifest.json")
    output.say(f"{len(manifest)} clips in {to}")


def load_videos(runtime: Runtime) -> list[tuple[Video, list[Clip]]]:
    """Return every video with its live clips in order."""
    with runtime.database.unit_of_work() as uow:
        live: dict[int, list[Clip]] = {}
        for clip in ClipRepository(uow.session).list():
            live.setdefault(clip.video_id, []).append(clip)
        found = VideoRepository(uow.session).list()
    return [(video, live.get(output.id_of(video), [])) for video in found]


def print_videos(found: list[tuple[Video, list[Clip]]], *, as_json: bool) -> None:
    """Print videos as the JSON contract has them, or as a table."""
    if as_json:
        output.print_json([output.video_json(video, live) for video, live in found])
        return
    rows = [
        (
            video.id,
            video.state.value,
            f"{video.progress:.0%}" if video.progress is not None else "",
            len(live),
            format_timecode(video.frame_count, video.fps)
            if video.frame_count and video.fps
            else "",
            format_fps(video.fps) if video.fps else "",
            video.title,
            video.last_error,
        )
        for video, live in found
    ]
    output.print_table(["id", "state", "", "clips", "length", "fps", "title", "error"], rows)


def _place(runtime: Runtime, key: str | None) -> str | None:
    """Return an object's path where it is a file here, or its key."""
    if key is None:
        return None
    path = runtime.store.local_path(key)
    return key if path is None else str(path)


def _file_name(video: Video, clip: Clip) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", video.title.lower()).strip("-")[:60] or "video"
    return f"{video.id}-{slug}-{clip.start_frame:07d}-{clip.end_frame:07d}.mp4"
