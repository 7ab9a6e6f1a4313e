"""What commands print: data on standard output; progress and errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.table import Table

from heaters.config import get_settings
from heaters.models import Clip, Video
from heaters.runtime import Runtime, open_runtime

_PATIENCE_S = 20
_UNCUT = 10_000  # columns where no person reads: nothing may be shortened
_out = Console(highlight=False, width=None if sys.stdout.isatty() else _UNCUT)
_err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def say(text: str) -> None:
    """Print a line for a person, on standard error so that standard output stays data."""
    _err.print(escape(text), soft_wrap=True)


def say_error(text: str) -> None:
    """Print why a command failed, in one line."""
    _err.print(f"[bold red]heaters:[/] {escape(' '.join(text.split()))}", soft_wrap=True)


def print_json(data: object) -> None:
    """Print JSON on standard output."""
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their headings."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    _out.print(table)


def progress_bars() -> Progress:
    """Return bars on standard error that vanish when they are done."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    )


@contextmanager
def status(text: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done while the block runs; give the function that changes the text."""
    if not _err.is_terminal:
        yield lambda _step: None
        return
    with _err.status(escape(text)) as shown:
        yield lambda step: shown.update(escape(step))


@contextmanager
def command_runtime(
    *, migrate: bool = False, patience_s: float | None = _PATIENCE_S
) -> Iterator[Runtime]:
    """Open the runtime, and show what is being started where that takes time.

    Args:
        migrate: whether to bring a server's database to the newest schema.
        patience_s: how long a statement may wait for the database's answer; None: for ever.
    """
    with ExitStack() as stack:
        with status("starting") as show:
            runtime = stack.enter_context(
                open_runtime(get_settings(), migrate=migrate, patience_s=patience_s, on_step=show)
            )
        yield runtime


def id_of(row: Video | Clip) -> int:
    """Return the id of a row that came from the database."""
    assert row.id is not None
    return row.id


def video_json(video: Video, clips: Sequence[Clip]) -> dict[str, Any]:
    """Return a video as the JSON contract has it; ``clips`` are its live ones in order."""
    return {
        "id": video.id,
        "title": video.title,
        "state": video.state.value,
        "fps": f"{video.fps_num}/{video.fps_den}" if video.fps_num else None,
        "frame_count": video.frame_count,
        "width": video.width,
        "height": video.height,
        "cuts": [clip.start_frame for clip in clips[1:]],
        "clip_count": len(clips),
        "error": video.last_error,
        "warnings": video.warnings,
    }


def clip_json(clip: Clip, export: str | None) -> dict[str, Any]:
    """Return a clip as the JSON contract has it; ``export`` is its file's path or key."""
    return {
        "id": clip.id,
        "video_id": clip.video_id,
        "start_frame": clip.start_frame,
        "end_frame": clip.end_frame,
        "state": clip.state.value,
        "export": export,
        "error": clip.last_error,
    }
