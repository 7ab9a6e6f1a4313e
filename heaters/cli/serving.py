"""Commands that run servers: up, web, migrate."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.ingest import await_videos, ingest_path
from heaters.cli.keeping import kept_running
from heaters.cli.progress import progress_bars
from heaters.cli.running import command_runtime
from heaters.config import get_settings
from heaters.demo import FILE_NAME, make_demo
from heaters.domain.lifecycle import VideoState
from heaters.media.ffmpeg import find_ffmpeg
from heaters.pipeline.tools import Tools
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime
from heaters.web import build_frontend, start_web, web_address

_WEB_GRACE_S = 10.0
_WORKER_GRACE_S = 60.0  # it may be in the middle of a frame's inference, or of a part of an upload

Host = Annotated[str | None, typer.Option(help="Address to bind to; loopback only.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to bind to.")]


app = typer.Typer(rich_markup_mode=None)


@app.command()
def up(
    host: Host = None,
    port: Port = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of all data.")] = None,
    demo: Annotated[bool, typer.Option(help="Ingest a demo video if there is none yet.")] = False,
) -> None:
    """Run everything on this machine, and print the address to open."""
    if data_dir is not None:
        os.environ["HEATERS_DATA_DIR"] = str(data_dir.absolute())
        get_settings.cache_clear()
    with (
        command_runtime(migrate=True) as runtime,
        nullcontext(runtime.store),  # refused here, in one line, rather than in every process
        kept_running("worker", _start_worker, grace_s=_WORKER_GRACE_S),
        _web(runtime, host, port) as address,
    ):
        output.say(f"Open {address}\nStop with Ctrl+C.")
        if demo:
            _ingest_demo(runtime)
        threading.Event().wait()


@app.command()
def web(host: Host = None, port: Port = None) -> None:
    """Serve the pages; workers run elsewhere."""
    with (
        command_runtime() as runtime,
        nullcontext(runtime.store),
        _web(runtime, host, port) as address,
    ):
        output.say(f"Open {address}\nStop with Ctrl+C.")
        threading.Event().wait()


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    with command_runtime(migrate=True):
        output.say("the database is at the newest schema")


@contextmanager
def _web(runtime: Runtime, host: str | None, port: int | None) -> Iterator[str]:
    """Build the pages if need be and keep serving them; give the address to open."""
    host, port = host or runtime.settings.host, port or runtime.settings.port
    with ExitStack() as stack:
        with output.status() as show:
            show("building the pages")
            build_frontend(show)
            show("starting the web server")
            start = partial(start_web, host=host, port=port)
            stack.enter_context(kept_running("web server", start, grace_s=_WEB_GRACE_S))
        yield web_address(host, port, runtime.settings.data_dir)


def _start_worker() -> subprocess.Popen[bytes]:
    """Start a worker that stops when its standard input ends, and so never outlives this process.

    Ctrl+C in a terminal does not reach it: it is asked to stop once, and gives back its jobs.
    """
    command = [sys.executable, "-m", "heaters", "worker", "--until-eof"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _ingest_demo(runtime: Runtime) -> None:
    """Take the demo through the pipeline if the library is empty."""
    with runtime.database.unit_of_work() as uow:
        if BrowsingRepository(uow.session).video_count():
            return
    tools = Tools(runtime.settings, runtime.database, runtime.store)
    with tools.scratch("demo") as folder, progress_bars() as bars:
        path = folder / FILE_NAME
        bar = bars.add_task("making the demo video", total=1.0)
        make_demo(
            path,
            ffmpeg=find_ffmpeg(runtime.settings.ffmpeg),
            on_progress=lambda fraction: bars.update(bar, completed=fraction),
        )
        video_id = ingest_path(runtime, path)
    await_videos(runtime, [video_id], timeout=None)
    with runtime.database.unit_of_work() as uow:
        video = VideoRepository(uow.session).get(video_id)
    if video.state == VideoState.READY:
        output.say("the demo video is ready for review")
    else:
        output.say(f"the demo could not be prepared: {video.last_error}")
