"""Commands that show what the library holds: videos, clips."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from heaters.cli import output
from heaters.cli.opening import library
from heaters.cli.output import AsJson, Column
from heaters.config import get_settings
from heaters.connection import objects_folder
from heaters.domain.lifecycle import CLIP_GROUPS, ClipState
from heaters.domain.time import format_fps, format_timecode
from heaters.repositories import listing
from heaters.repositories.listing import ListedClip, ListedVideo

_WORDS = f"{', '.join([*CLIP_GROUPS][:-1])} or {[*CLIP_GROUPS][-1]}"

app = typer.Typer(rich_markup_mode=None)


@app.command()
def videos(as_json: AsJson = False) -> None:
    """List the videos."""
    with library() as connection:
        print_videos(listing.videos(connection), as_json=as_json)


@app.command()
def clips(
    video: Annotated[int | None, typer.Option(help="Only this video's.")] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only those that are {_WORDS}.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List clips in timeline order: the live ones, or by --state.

    A state of the JSON, such as review_archived, can be named too.
    """
    states = None if state is None else _states(state)
    folder = objects_folder(get_settings())
    with library() as connection:
        found = listing.clips(connection, video_id=video, states=states)
        if as_json:
            output.print_json_rows(_clip_json(clip, folder) for clip in found)
        else:
            _print_clips(found)


def _states(word: str) -> Collection[ClipState]:
    """Return the states that a word of the pages stands for, or the one state of this name."""
    if word in CLIP_GROUPS:
        return CLIP_GROUPS[word]
    try:
        return [ClipState(word)]
    except ValueError:
        raise typer.BadParameter(
            f"{word!r} is not {_WORDS}, nor a state of the JSON", param_hint="--state"
        ) from None


def print_videos(found: Iterable[ListedVideo], *, as_json: bool) -> None:
    """Print videos as the JSON contract has them, or as a table."""
    if as_json:
        output.print_json_rows(map(video_json, found))
        return
    columns = [
        Column("id"),
        Column("state"),
        Column("", can_go=True),
        Column("clips", can_go=True),
        Column("length", can_go=True),
        Column("fps", can_go=True),
        Column("title", least=12),
        Column("error", least=20, wraps=True),
    ]
    output.print_table(columns, map(_video_row, found))


def _video_row(video: ListedVideo) -> tuple[object, ...]:
    fps = video.fps
    return (
        video.id,
        video.state,
        f"{video.progress:.0%}" if video.progress is not None else "",
        len(video.start_frames),
        format_timecode(video.frame_count, fps) if video.frame_count and fps else "",
        format_fps(fps) if fps else "",
        video.title,
        video.last_error,
    )


def video_json(video: ListedVideo) -> dict[str, Any]:
    """Return a video as the JSON contract has it."""
    return {
        "id": video.id,
        "title": video.title,
        "state": video.state,
        "fps": format_fps(video.fps) if video.fps else None,
        "frame_count": video.frame_count,
        "width": video.width,
        "height": video.height,
        "cuts": video.start_frames[1:],
        "clip_count": len(video.start_frames),
        "error": video.last_error,
        "warnings": video.warnings,
    }


def _print_clips(found: Iterable[ListedClip]) -> None:
    columns = [
        Column("id"),
        Column("video"),
        Column("start"),
        Column("end"),
        Column("state"),
        Column("error", least=20, wraps=True),
    ]
    rows = (
        (clip.id, clip.video_id, clip.start_frame, clip.end_frame, clip.state, clip.last_error)
        for clip in found
    )
    output.print_table(columns, rows)


def _clip_json(clip: ListedClip, folder: Path | None) -> dict[str, Any]:
    """Return a clip as the contract has it, with its file's path where ``folder`` has it."""
    key = clip.export_key
    return {
        "id": clip.id,
        "video_id": clip.video_id,
        "start_frame": clip.start_frame,
        "end_frame": clip.end_frame,
        "state": clip.state,
        "export": str(folder / key) if folder and key else key,
        "error": clip.last_error,
    }
