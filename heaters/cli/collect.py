"""The command that copies exported clips out: collect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.collected import Collected
from heaters.cli.opening import library
from heaters.cli.progress import progress_bars
from heaters.config import get_settings
from heaters.connection import open_configured_store
from heaters.domain.errors import Cancelled
from heaters.domain.names import export_file_name
from heaters.domain.time import format_fps
from heaters.repositories import listing
from heaters.repositories.listing import ExportedClip
from heaters.storage.disk import disk_errors

app = typer.Typer(rich_markup_mode=None)

_NAMED_AT_MOST = 5


@app.command()
def collect(
    to: Annotated[Path, typer.Option(help="The folder to copy into.", metavar="DIR")],
    video: Annotated[int | None, typer.Option(help="Only this video's clips.")] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove files of clips that no longer belong here.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before most of the folder is removed.")
    ] = False,
) -> None:
    """Copy the exported clips out, with a manifest.json.

    The manifest says which frames each one is. Only files that an earlier collect has written are
    ever called leftovers, or removed. One folder takes the clips of one library.
    """
    with disk_errors(to):
        _collect(to, video, prune=prune, yes=yes)


def _collect(to: Path, video: int | None, *, prune: bool, yes: bool) -> None:
    store = open_configured_store(get_settings())
    with library() as connection, progress_bars() as bars:
        video_ids = listing.video_ids(connection, video)
        folder = Collected(
            to, installation=listing.installation_id(connection), only_video_id=video
        )
        for video_id in bars.track(video_ids, description="copying clips"):
            exported = listing.exported_clips(connection, video_id)
            connection.commit()  # ends the snapshot: copying may take hours
            for clip in exported:
                name = export_file_name(clip.title, video_id, clip.start_frame, clip.end_frame)
                folder.announce(name, video_id)
                store.get_file(clip.key, to / name)
                folder.add(_entry(name, clip))
    folder.close()
    output.say(f"{folder.count} clips in {to}")
    left = folder.leftovers()
    if left and prune:
        if folder.are_most(left) and not yes:
            _ask_before_removing(left)
        folder.remove(left)
        output.say(f"removed {_files(left)}")
    elif left:
        output.say(f"no longer in the library: {_files(left)}; --prune removes what collect wrote")


def _ask_before_removing(left: list[str]) -> None:
    """Ask a person; a script must have said --yes.

    Raises:
        Cancelled: the files stay.
    """
    these = f"{_files(left)}: more than half of what collect has written there"
    if not sys.stdin.isatty():
        raise Cancelled(f"nothing was removed: --prune would remove {these}; --yes removes them")
    if not typer.confirm(output.printable(f"Remove {these}?"), err=True):
        raise Cancelled("nothing was removed")


def _entry(name: str, clip: ExportedClip) -> dict[str, object]:
    return {
        "file": name,
        "clip_id": clip.id,
        "video_id": clip.video_id,
        "start_frame": clip.start_frame,
        "end_frame": clip.end_frame,
        "fps": format_fps(clip.fps) if clip.fps else None,
    }


def _files(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
    count = "1 file" if len(names) == 1 else f"{len(names)} files"
    return f"{count}: {', '.join(names[:_NAMED_AT_MOST])}{more}"
